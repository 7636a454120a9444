"""Screening beside a vendor, both on real ports: one open case in Pennsylvania, whose record check a vendor does."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.screening.vendor import Vendor as Door
from services.screening.vendor import vendor_calls
from tests.service.screening.scenes import PERSON, know, only_case, post
from tests.service.screening.story import SITE, applies, identity, offering, place, role
from tests.support.running import BEGINNING, Running
from tests.support.serving import serving
from tests.support.vendor import KEY, Vendor, a_vendor

Factory = Callable[..., Awaitable[Running]]
CHECK = "record-check"
SCREENER = identity(0x5C)
SAFETY = {"decision": "decline", "criterion": "volunteer-safety"}
DAY = timedelta(days=1)


@dataclass
class Scene:
    """The service, its address, and the vendor."""

    it: Running
    url: str
    vendor: Vendor
    case: str

    async def ask(self, method: str, path: str, body: Any = None, *, person: bool = False) -> tuple[int, Any]:
        """What the screener, or the person themself, is answered about the case."""
        client = (
            self.it.client(role="participant", site=SITE, person=PERSON)
            if person
            else self.it.client(role="screener", site=SITE, person=SCREENER)
        )
        async with client as http:
            answer = await http.request(method, f"/cases/{self.case}/{path}", json=body)
            return answer.status_code, answer.json()

    async def good(self, method: str, path: str, body: Any = None, *, person: bool = False) -> Any:
        """The same where it has to succeed."""
        status, said = await self.ask(method, path, body, person=person)
        assert status in (200, 201), said
        return said

    async def authorise(self) -> None:
        """The person authorises the check."""
        await self.good("POST", "adverse-action/authorisation", {"texts_version": 1}, person=True)

    async def order(self) -> str:
        """Authorised and ordered; returns the order, of which the vendor has not heard yet."""
        await self.authorise()
        return str((await self.good("POST", "vendor-orders", {"check": CHECK}))["order"])

    async def call(self) -> int:
        """The sender goes until nothing is due; returns how many calls it made."""
        sender = vendor_calls(
            self.it.service.sessions, self.it.service.clock, Door(self.vendor.url, [KEY.encode()], 0.3)
        )
        made = 0
        while done := await sender.step():
            made += done
        return made

    async def only_order(self) -> dict[str, Any]:
        """The one order as the screener sees it."""
        (order,) = await self.good("GET", "vendor-orders")
        found: dict[str, Any] = order
        return found

    async def step(self) -> dict[str, Any]:
        """The step of the record check."""
        steps = await self.good("GET", "steps")
        found: dict[str, Any] = next(each for each in steps if each["check"] == CHECK)
        return found

    async def results(self) -> dict[str, Any]:
        """Recorded results, by check."""
        async with self.it.client(role="screener", site=SITE, person=SCREENER) as http:
            case = (await http.get(f"/cases/{self.case}")).json()
        return {each["check"]: each for each in case["results"]}

    def at(self, days: float) -> None:
        """Set domain time to some days after the beginning, a Monday morning."""
        self.it.set_clock(BEGINNING + days * DAY)


@asynccontextmanager
async def beside_a_vendor(
    running: Factory, folder: Path, *, checks: str = f"net.af:{CHECK}", tier: Any = "intermediate"
) -> AsyncIterator[Scene]:
    """One mentor's case; the law of the site asks for adverse action where a vendor does the check."""
    key_file = folder / "vendor.key"
    key_file.write_text(f"an-older-key-that-is-still-being-read\n{KEY}\n")
    async with a_vendor() as vendor:
        it = await running("screening", vendor_url=vendor.url, vendor_key_file=key_file, vendor_checks=checks)
        await it.hear(place("US", "US-TX"))
        await it.hear(offering())
        await it.hear(role("mentor-adult", "mentor", "one-on-one", "minors", tier=tier))
        await it.hear(applies(1, 1, "mentor-adult", "mentor"))
        await know(it)
        case = (await only_case(it))["clearance"]
        async with serving(it.app) as url:
            yield Scene(it, url, vendor, case)


async def pass_the_rest(scene: Scene) -> None:
    """Every other check passes."""
    required = (await only_case(scene.it))["required"]
    results = [{"check": check, "outcome": "passed"} for check in required if check != CHECK]
    status, said = await post(scene.it, "results", {"results": results})
    assert status == 200, said
