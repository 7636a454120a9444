"""Certificates that a law asks for: type, authority, number and last day; the last day limits what rests on it."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.service.screening.scenes import CLEAR, PERSON, acts, know, only_case, post, seen
from tests.service.screening.story import SITE, applies, place, role
from tests.support.running import BEGINNING, Running

CHECK = "working-with-children-check"
CERTIFICATE = {
    "check": CHECK, "outcome": "passed", "authority": "Service Victoria", "number": "0123456A-01",
    "valid_until": "2027-01-31",
}  # fmt: skip


@pytest.fixture
async def it(running: Callable[..., Awaitable[Running]]) -> Running:
    """One case in Victoria, whose law asks for a certificate."""
    screening = await running("screening")
    await screening.hear(place("AU", "AU-VIC"))
    await screening.hear(role("mentor-child", "mentor", "one-on-one", "minors", tier="intermediate"))
    await screening.hear(applies(1, 1, "mentor-child", "mentor"))
    await know(screening)
    return screening


async def certified(it: Running, **how: Any) -> None:
    """The certificate is recorded, and every other check passes."""
    required = (await only_case(it))["required"]
    assert CHECK in required
    rest = [{"check": check, "outcome": "passed"} for check in required if check != CHECK]
    status, said = await post(it, "results", {"results": [*rest, CERTIFICATE | how]})
    assert status == 200, said


async def step(it: Running) -> str:
    """How the certificate's step stands."""
    case = (await only_case(it))["clearance"]
    async with it.client(role="screener", site=SITE) as http:
        steps = (await http.get(f"/cases/{case}/steps")).json()
    found: str = next(each["state"] for each in steps if each["check"] == CHECK)
    return found


async def test_authority_and_number_are_recorded_for_screeners_alone(it: Running) -> None:
    """R40: evidence is shown by authority and number, never a copy; the person's view and events have none."""
    await certified(it)
    result = next(each for each in (await seen(it))["results"] if each["check"] == CHECK)
    assert {name: result[name] for name in CERTIFICATE} == CERTIFICATE
    assert (await seen(it, person=PERSON, role="participant"))["results"] == []
    await post(it, "decision", CLEAR)
    told = str([envelope.model_dump(mode="json") for envelope in await it.emitted()])
    assert "0123456A" not in told
    assert "Victoria" not in told


async def test_the_same_certificate_again_changes_nothing_another_number_corrects(it: Running) -> None:
    """A repeat is no act; a number that was mistyped is put right and seen."""
    await certified(it)
    await certified(it)
    assert await acts(it) == ["results"]
    await certified(it, number="0123456A-02")
    assert await acts(it) == ["results", "correction"]


@pytest.mark.parametrize("without", ["authority", "number"])
async def test_a_number_without_its_authority_says_nothing(it: Running, without: str) -> None:
    """Both or neither; refused at the door."""
    result = {name: value for name, value in CERTIFICATE.items() if name != without}
    assert (await post(it, "results", {"results": [result]}))[0] == 422


async def test_its_last_day_limits_the_clearance(it: Running) -> None:
    """R40: a clearance never outlives the certificate; after its end both are asked for anew."""
    await certified(it)
    status, case = await post(it, "decision", CLEAR)
    assert (status, case["valid_until"]) == (200, "2027-01-31")
    it.set_clock(BEGINNING + timedelta(days=80))
    await it.fire()
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        renewal = (await http.post(f"/cases/{case['clearance']}/renewal")).json()
    async with it.client(role="screener", site=SITE) as http:
        steps = (await http.get(f"/cases/{renewal['clearance']}/steps")).json()
    assert {each["state"] for each in steps if each["check"] == CHECK} == {"to-do"}


async def test_one_that_runs_out_before_the_decision_is_asked_for_anew(it: Running) -> None:
    """R40: its step is work again on the day after, and nobody is cleared on it."""
    await certified(it, valid_until="2026-11-10")
    it.set_clock(BEGINNING + timedelta(days=8))
    await it.fire()
    assert await step(it) == "done", "its last day counts"
    it.set_clock(BEGINNING + timedelta(days=9))
    await it.fire()
    assert await step(it) == "to-do"
    assert (await post(it, "decision", CLEAR))[0] == 409
    await certified(it, valid_until="2027-11-10", number="0123456A-03")
    assert await step(it) == "done"


async def test_a_newer_certificate_is_not_asked_for_because_an_older_one_ran_out(it: Running) -> None:
    """The deadline of what was replaced finds what stands."""
    await certified(it, valid_until="2026-11-10")
    await certified(it)
    it.set_clock(BEGINNING + timedelta(days=30))
    await it.fire()
    assert await step(it) == "done"


async def test_one_without_an_end_never_runs_out(it: Running) -> None:
    """The last day that a calendar has is as good as none."""
    await certified(it, valid_until=str(date.max))
    it.set_clock(BEGINNING + timedelta(days=3_000))
    await it.fire()
    assert await step(it) == "done"
