"""Cases ask by the law of their place, and nobody is cleared before that law was asked."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.screening.handlers import on_role_changed, on_site_changed
from shared.contracts import Envelope
from shared.contracts.intake import RoleChanged
from tests.service.screening.scenes import CLEAR, only_case, pass_all, post
from tests.service.screening.story import SITE, applies, place, role
from tests.support.running import Running, envelope_of

CHILD = role("mentor-adult", "mentor", "works-with-clients", "one-on-one", "minors")
FLOOR = ["identity", "training", "references"]


async def detail(it: Running) -> dict[str, Any]:
    """The one case, as a screener sees it."""
    case = await only_case(it)
    async with it.client(role="screener", site=SITE) as http:
        found: dict[str, Any] = (await http.get(f"/cases/{case['clearance']}")).json()
    return found


@pytest.fixture
async def child(running: Callable[..., Awaitable[Running]]) -> Running:
    """One mentor of a minor applied; the place was not heard of."""
    it = await running("screening")
    await it.hear(CHILD)
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    return it


async def test_the_law_of_the_place_names_the_check(child: Running) -> None:
    """R41, R42: the reasons say whose rule it is, by what it is connected, and where it was read."""
    await child.hear(place("GB", "GB-SCT"))
    shown = await detail(child)
    assert shown["required"] == [*FLOOR, "pvg-membership", "interview"]
    membership = next(each for each in shown["requirements"] if each["check"] == "pvg-membership")
    assert membership["reasons"][0]["of"] == "Scotland"
    assert "requirements b4" in membership["reasons"][0]["source"]
    assert {each["check"] for each in shown["forbidden"]} == {"provisional-clearance", "supervised-trial"}


async def test_a_site_that_moves_is_asked_anew(child: Running) -> None:
    """Trap 9: a place that moves country recomputes its undecided cases; results that still count stand."""
    await child.hear(place("GB", "GB-SCT"))
    await pass_all(child)
    await child.hear(place("GB", "GB-ENG"), sequence=2)
    assert (await only_case(child))["required"] == [*FLOOR, "enhanced-check", "barred-list-check", "interview"]
    status, problem = await post(child, "decision", CLEAR)
    assert status == 409
    assert "enhanced-check, barred-list-check" in problem["detail"]


async def test_nobody_is_cleared_before_the_law_was_asked(child: Running) -> None:
    """R41: a place that was not heard of clears nobody, whatever passed; declining needs no law."""
    await pass_all(child)
    status, problem = await post(child, "decision", CLEAR)
    assert status == 409
    assert "law" in problem["detail"]
    await child.hear(place())
    assert (await post(child, "decision", CLEAR))[0] == 200


async def test_a_check_that_the_law_forbids_is_refused(child: Running) -> None:
    """R35: contact on few days is not eligible for the barred list, so no result of it is taken."""
    await child.hear(place("GB", "GB-ENG"))
    rare = {"role": "mentor-adult", "kind_of_role": "mentor", "site": "net", "risks": CHILD.risks, "times_a_month": 2}
    await child.hear(RoleChanged(**rare), sequence=2)
    assert (await only_case(child))["required"] == [*FLOOR, "enhanced-check", "interview"]
    body = {"results": [{"check": "barred-list-check", "outcome": "passed"}]}
    assert (await post(child, "results", body))[0] == 409


async def test_what_no_source_was_read_for_is_said(child: Running) -> None:
    """A place without a pack keeps the network's floor, and says that a person finds out."""
    await child.hear(place())
    shown = await detail(child)
    assert shown["required"] == [*FLOOR, "record-check", "interview"]
    assert [(each["what"], each["accepted"]) for each in shown["unsettled"]] == [("no-pack/AF", True)]
    assert shown["notice"].startswith("This is not legal advice")


async def test_the_law_of_the_day_of_the_decision_counts(running: Callable[..., Awaitable[Running]]) -> None:
    """A rule that came into force after the case was opened is asked for before anybody is cleared."""
    it = await running("screening")
    await it.hear(place("GB", "GB-SCT"))
    await it.hear(CHILD)
    await it.hear(applies(1, 1, "mentor-adult", "mentor"), time=datetime(2025, 3, 31, tzinfo=UTC))
    assert "record-check" in (await only_case(it))["required"]
    await pass_all(it)
    status, problem = await post(it, "decision", CLEAR)
    assert status == 409
    assert "pvg-membership" in problem["detail"]


async def test_role_and_place_at_once_both_count(child: Running) -> None:
    """Two changes at the same moment: the later one sees the earlier one's, whichever commits first."""
    await child.hear(place("GB", "GB-SCT"))
    adult, england = role("mentor-adult", "mentor", "works-with-clients"), place("GB", "GB-ENG")

    async def move() -> None:
        async with child.service.sessions.begin() as session:
            heard = Envelope.model_validate(envelope_of(england, sequence=2))
            await on_site_changed(england, heard, session)

    async with child.service.sessions.begin() as session:
        await on_role_changed(adult, Envelope.model_validate(envelope_of(adult, sequence=2)), session)
        other = asyncio.create_task(move())
        await asyncio.wait([other], timeout=0.3)
    await other
    assert (await detail(child))["required"] == FLOOR
    assert {each["check"] for each in (await detail(child))["forbidden"]} == {"barred-list-check"}
