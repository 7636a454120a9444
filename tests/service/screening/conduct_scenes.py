"""Conduct cases in a small network: a mentor, a coordinator, and screeners at three levels."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from httpx2 import Response

from shared.access import Role
from shared.contracts.messaging import ConcernRaised, Weight
from tests.service.screening.scenes import CLEAR, know
from tests.service.screening.story import SITE, applies, concern, identity, place, role
from tests.support.running import Running

Factory = Callable[..., Awaitable[Running]]

MENTOR, MENTEE, COORDINATOR, RELATIVE, SUPERIOR = (identity(number) for number in (1, 3, 4, 0x51, 0x52))
SCREENER, REGIONAL, HEAD, ELSEWHERE = (identity(number) for number in range(0x61, 0x65))
CLAUSE = {"clause": 7, "clause_version": "2026-1"}


async def ask(
    it: Running, method: str, path: str, body: dict[str, Any] | None = None, *,
    who: UUID = SCREENER, at: str = SITE, as_: Role = "screener", **options: Any,
) -> Response:  # fmt: skip
    """One request of a person with a grant."""
    async with it.client(role=as_, site=at, person=who) as http:
        return await http.request(method, path, json=body, **options)


async def good(it: Running, method: str, path: str, body: dict[str, Any] | None = None, **how: Any) -> Any:
    """A request that has to succeed; its answer."""
    answer = await ask(it, method, path, body, **how)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def staffed(running: Factory, country: str = "US", subdivision: str | None = "US-CA", **settings: Any) -> Running:
    """A cleared mentor and mentee, and a cleared coordinator of the site."""
    it = await running("screening", **settings)
    await it.hear(place(country, subdivision))
    for number, kind in ((1, "mentor"), (3, "mentee"), (4, "coordinator")):
        await it.hear(role(f"{kind}-adult", kind))
        await it.hear(applies(number, number, f"{kind}-adult", kind))
    await know(it)
    for case in (await good(it, "GET", "/cases", who=HEAD, at="net"))["items"]:
        passed = [{"check": check, "outcome": "passed"} for check in case["required"]]
        path = f"/cases/{case['clearance']}"
        await good(it, "POST", f"{path}/results", {"results": passed}, who=HEAD, at="net")
        criterion = "mentee-eligible" if case["kind"] == "mentee" else CLEAR["criterion"]
        await good(it, "POST", f"{path}/decision", {"decision": "clear", "criterion": criterion}, who=HEAD, at="net")
    return it


async def raised(it: Running, weight: Weight = "harm", *about: int, number: int = 1, **more: Any) -> str:
    """A concern comes; returns the path of its conduct case."""
    event: ConcernRaised = concern(number, weight, *about, **more)
    await it.hear(event)
    (case,) = [
        each for each in (await good(it, "GET", "/conduct-cases", who=HEAD, at="net"))["items"]
        if each["concern"] == str(event.concern)
    ]  # fmt: skip
    return f"/conduct-cases/{case['case']}"


async def measure(it: Running, case: str, kind: str, person: UUID = MENTOR, **more: Any) -> Response:
    """Set a measure, citing a clause."""
    return await ask(it, "POST", f"{case}/measures", {"person": str(person), "measure": kind, **CLAUSE, **more})


async def dismissed(it: Running, case: str, person: UUID = MENTOR) -> None:
    """Heard, and dismissed."""
    await good(it, "POST", f"{case}/replies", {"person": str(person), "said": "It was not so."})
    answer = await measure(it, case, "dismiss", person)
    assert answer.status_code == 201, answer.text


async def told(it: Running, name: str) -> list[dict[str, Any]]:
    """The data of the emitted events of one type."""
    return [envelope.data for envelope in await it.emitted() if envelope.type == f"rapport.{name}.v1"]
