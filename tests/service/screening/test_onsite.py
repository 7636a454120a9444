"""What is expected of a facilitator onsite is written, agreed to, and passed on where it is unmet (R81)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import Response

from shared.access import Role
from tests.service.screening.scenes import CLEAR, PERSON, pass_all, post, seen
from tests.service.screening.story import SITE, applies, gives_up, identity, place, role
from tests.support.running import BEGINNING, Running

Start = Callable[..., Awaitable[Running]]
WORDS = {"report_days": 14, "texts": [{"language": "en", "text": "See each mentee once a week."}]}
READ = {"site": SITE, "version": 1, "language": "en"}
DAY = timedelta(days=1)
STAFF = identity(0xE0)


@pytest.fixture
async def it(running: Start) -> Running:
    """A facilitator who passed all, at a site that has written down what it expects."""
    started = await running("screening")
    for told in (place(), role("onsite", "facilitator"), applies(1, 1, "onsite", "facilitator")):
        await started.hear(told)
    await pass_all(started)
    assert (await ask(started, "POST", f"/places/{SITE}/onsite-duties", WORDS, "coordinator")).status_code == 201
    return started


async def ask(
    it: Running, method: str, path: str, body: Any = None, grant: Role | None = None, who: UUID = STAFF,
    at: str = SITE, **more: Any,
) -> Response:  # fmt: skip
    """One request, of staff or of a person."""
    async with it.client(role=grant, site=at, person=who) as http:
        return await http.request(method, path, json=body, **more)


async def mine(it: Running, what: str, body: Any = None) -> Response:
    """The facilitator does something about their duties."""
    clearance = (await seen(it))["clearance"]
    return await ask(it, "POST", f"/cases/{clearance}/onsite-duties/{what}", body, who=PERSON)


async def begun(it: Running) -> None:
    """They agreed and were cleared."""
    assert (await mine(it, "agreement", READ)).status_code == 201
    assert (await post(it, "decision", CLEAR))[0] == 200


async def listed(it: Running, grant: Role = "coordinator", at: str = SITE, **wanted: Any) -> list[dict[str, Any]]:
    """The duties that staff see."""
    items: list[dict[str, Any]] = (await ask(it, "GET", "/onsite-duties", None, grant, at=at, params=wanted)).json()[
        "items"
    ]
    return items


async def test_a_facilitator_agrees_before_they_begin(it: Running) -> None:
    """R81: nobody is cleared as one before, so nothing works that rests on a clearance."""
    status, problem = await post(it, "decision", CLEAR)
    assert (status, "R81" in problem["detail"]) == (409, True)
    for wrong, expected in ((READ | {"version": 2}, 409), (READ | {"language": "fr"}, 422), (READ, 201), (READ, 201)):
        assert (await mine(it, "agreement", wrong)).status_code == expected
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_a_report_that_does_not_come_is_passed_on_to_the_coordinators(it: Running) -> None:
    """R81: due after as many days as are written, escalated once and until a report comes."""
    await begun(it)
    assert [each["due_on"] for each in await listed(it)] == ["2026-11-16"]
    it.set_clock(BEGINNING + 14 * DAY)
    assert (await it.fire(), await listed(it, escalated=True)) == (0, [])
    it.set_clock(BEGINNING + 20 * DAY)
    assert (await it.fire(), await it.fire()) == (1, 0)
    (late,) = await listed(it, escalated=True)
    assert (late["person"], late["due_on"]) == (str(PERSON), "2026-11-16")
    assert (await mine(it, "reports")).json()["due_on"] == "2026-12-06"
    assert await listed(it, escalated=True) == []


async def test_reporting_in_time_escalates_nothing(it: Running) -> None:
    """R81: the clock begins anew with each report."""
    await begun(it)
    for number in (1, 2, 3):
        it.set_clock(BEGINNING + 10 * number * DAY)
        assert await it.fire() == 0
        assert (await mine(it, "reports")).status_code == 201
    assert await listed(it, escalated=True) == []


async def test_whoever_is_not_cleared_owes_no_report(it: Running) -> None:
    """Before the decision the day moves on; after the end nobody waits for one."""
    await mine(it, "agreement", READ)
    assert (await mine(it, "reports")).status_code == 409
    it.set_clock(BEGINNING + 20 * DAY)
    assert (await it.fire(), await listed(it)) == (1, [])
    assert (await post(it, "decision", CLEAR))[0] == 200
    assert [each["due_on"] for each in await listed(it)] == ["2026-12-06"]
    await it.hear(gives_up(1, 1, "onsite", "facilitator"), sequence=2)
    it.set_clock(BEGINNING + 60 * DAY)
    await it.fire()
    assert await listed(it) == []


async def test_a_newer_version_asks_the_next_ones_and_pays_no_report(it: Running) -> None:
    """Whoever agreed goes on by their version, and may agree to the newer one; what is late stays late."""
    await begun(it)
    newer = WORDS | {"report_days": 7}
    assert (await ask(it, "POST", f"/places/{SITE}/onsite-duties", newer, "coordinator")).json()["version"] == 2
    it.set_clock(BEGINNING + 20 * DAY)
    await it.fire()
    assert (await mine(it, "agreement", READ)).json()["version"] == 1
    found = (await mine(it, "agreement", READ | {"version": 2})).json()
    assert (found["version"], found["report_days"], found["due_on"]) == (2, 7, "2026-11-16")
    assert len(await listed(it, escalated=True)) == 1


async def test_where_nothing_is_written_nothing_is_asked(running: Start) -> None:
    """R81: a site's duties hold there and below, not elsewhere; and they are a facilitator's alone."""
    it = await running("screening")
    for told in (place(), role("onsite", "facilitator"), applies(1, 1, "onsite", "facilitator")):
        await it.hear(told)
    await ask(it, "POST", "/places/net.ke/onsite-duties", WORDS, "coordinator", at="net.ke")
    await pass_all(it)
    assert (await mine(it, "agreement", READ)).status_code == 409
    assert (await post(it, "decision", CLEAR))[0] == 200


@pytest.mark.parametrize(("grant", "at", "sees"), [
    ("coordinator", SITE, 1), ("screener", "net.af", 1), ("facilitator", SITE, 0), ("coordinator", "net.ke", 0),
])  # fmt: skip
async def test_duties_are_for_the_places_staff(it: Running, grant: Role, at: str, sees: int) -> None:
    """Trap 16; and a facilitator reads the words, and nobody else's standing."""
    await begun(it)
    assert len(await listed(it, grant, at)) == sees
    reads = await ask(it, "GET", f"/places/{SITE}/onsite-duties", None, grant, at=at)
    assert reads.status_code == (404 if at == "net.ke" else 200)
    publishes = await ask(it, "POST", f"/places/{SITE}/onsite-duties", WORDS, grant, at=at)
    assert publishes.status_code == (201 if sees else 404)
