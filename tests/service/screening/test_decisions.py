"""Deciding, deciding again, admitting mentees, and ending a clearance."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts import RoleKind
from tests.service.screening.scenes import CLEAR, DECLINE, acts, only_case, pass_all, post, types
from tests.service.screening.story import SITE, applies, identity, place, role
from tests.support.running import BEGINNING, Running

SAFETY = {"criterion": "volunteer-safety"}


async def test_a_mentee_is_admitted_whatever_the_roles_risks(running: Callable[..., Awaitable[Running]]) -> None:
    """Eligibility and consents, a criterion for mentees, and a year; in either order of the two halves."""
    it = await running("screening")
    halves = [role("mentee-adult", "mentee", "minors", "one-on-one"), applies(1, 1, "mentee-adult", "mentee")]
    await it.hear(place())
    await it.hear(halves[1])
    await it.hear(halves[0])
    assert (await only_case(it))["required"] == ["eligibility", "consents"]
    await pass_all(it)
    assert (await post(it, "decision", CLEAR))[0] == 409
    status, detail = await post(it, "decision", {"decision": "clear", "criterion": "mentee-eligible"})
    assert (status, detail["valid_until"]) == (200, str(BEGINNING.date() + timedelta(days=365)))
    (event,) = await it.emitted()
    assert event.data["kind_of_role"] == "mentee"


async def test_a_role_that_turns_into_a_mentees_does_not_clear_a_mentor_lightly(it: Running) -> None:
    """A clearance that says mentor needs what a mentor needs (R35), whatever its role is called by then."""
    await it.hear(role("mentor-adult", "mentee", "one-on-one"), sequence=2)
    assert (await only_case(it))["required"] == ["identity", "interview"]


async def test_what_a_role_asks_follows_it_until_the_decision(it: Running) -> None:
    """Results stand when requirements change; a decided case is left alone."""
    await pass_all(it)
    await it.hear(role("mentor-adult", "mentor", "one-on-one", "minors"), sequence=2)
    status, problem = await post(it, "decision", CLEAR)
    assert status == 409
    assert "training, record-check" in problem["detail"]
    await it.hear(role("mentor-adult", "mentor", "one-on-one", tier="intermediate"), sequence=3)
    assert (await post(it, "decision", CLEAR))[0] == 200
    await it.hear(role("mentor-adult", "mentor", "one-on-one", "minors"), sequence=4)
    assert (await only_case(it))["required"] == ["identity", "interview"]


async def test_an_older_role_heard_late_changes_nothing(it: Running) -> None:
    """The newest state of the role counts."""
    await it.hear(role("mentor-adult", "mentor"), sequence=5)
    await it.hear(role("mentor-adult", "mentor", "minors", "one-on-one"), sequence=4)
    assert (await only_case(it))["required"] == ["identity"]


@pytest.mark.parametrize(
    ("again", "status"),
    [
        (CLEAR, 200),
        (CLEAR | {"valid_until": "2027-03-01"}, 200),
        (CLEAR | {"valid_until": "2028-01-01"}, 200),
        (CLEAR | {"valid_until": "2026-12-01"}, 409),
        (CLEAR | {"criterion": "mentee-eligible"}, 409),
        (DECLINE, 409),
    ],
    ids=["same", "the day it got", "longer than it could be", "shorter", "another criterion", "decline"],
)
async def test_the_same_decision_again_is_answered_another_refused(
    it: Running, again: dict[str, Any], status: int
) -> None:
    """Deciding twice gives one outcome, one event and one line of audit, also after the end."""
    await pass_all(it)
    await post(it, "decision", CLEAR | {"valid_until": "2027-03-01"})
    assert (await post(it, "decision", again))[0] == status
    await post(it, "withdrawal", SAFETY)
    assert (await post(it, "decision", again))[0] == status
    assert await acts(it) == ["results", "cleared", "withdrawn"]
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]


async def test_a_decision_keeps_the_criterion_it_cited(it: Running) -> None:
    """R48, R54: criterion, its version and its category stay when another one ends the clearance."""
    await pass_all(it)
    await post(it, "decision", CLEAR)
    _, detail = await post(it, "withdrawal", SAFETY)
    assert (detail["criterion"], detail["criterion_version"], detail["category"]) == (
        "volunteer-suitable", 1, "suitable",
    )  # fmt: skip
    assert (detail["ending_criterion"], detail["ending_version"], detail["ending_category"]) == (
        "volunteer-safety", 1, "safety",
    )  # fmt: skip


async def test_a_withdrawal_is_of_a_clearance_that_stands(it: Running) -> None:
    """Not of an open case, not for another reason afterwards, not after expiry; and never by a clearing criterion."""
    assert (await post(it, "withdrawal", SAFETY))[0] == 409
    await pass_all(it, valid_until="2026-11-10")
    await post(it, "decision", CLEAR)
    assert (await post(it, "withdrawal", {"criterion": "volunteer-suitable"}))[0] == 409
    it.set_clock(datetime(2026, 11, 11, tzinfo=UTC))
    await it.fire()
    assert (await post(it, "withdrawal", SAFETY))[0] == 409
    assert await acts(it) == ["results", "cleared", "expired"]


async def test_withdrawing_again_for_another_reason_is_refused(it: Running) -> None:
    """One ending, one reason."""
    await pass_all(it)
    await post(it, "decision", CLEAR)
    assert (await post(it, "withdrawal", SAFETY))[0] == 200
    assert (await post(it, "withdrawal", {"criterion": "volunteer-no-time"}))[0] == 409


async def test_a_late_timer_ends_it_on_its_own_day(it: Running) -> None:
    """The service was down for a week; the clearance still ended when it ended."""
    await pass_all(it, valid_until="2026-11-09")
    await post(it, "decision", CLEAR)
    it.set_clock(datetime(2026, 11, 18, 9, tzinfo=UTC))
    assert await it.fire() == 1
    assert (await only_case(it))["ended_on"] == "2026-11-10"
    assert (await it.emitted())[-1].data["ended_on"] == "2026-11-10"


async def test_time_and_skill_look_like_safety_in_lists_and_events(it: Running) -> None:
    """Trap 15, R54: whoever lists cases or hears events cannot tell who was declined for what."""
    criteria = {1: "volunteer-safety", 2: "volunteer-no-time", 3: "volunteer-no-skill"}
    for number in (2, 3):
        await it.hear(applies(number, number, "mentor-adult", "mentor"))
    async with it.client(role="screener", site=SITE) as http:
        for case in (await http.get("/cases")).json()["items"]:
            criterion = criteria[int(case["person"][-1])]
            body = {"decision": "decline", "criterion": criterion}
            answer = await http.post(f"/cases/{case['clearance']}/decision", json=body)
            assert answer.json()["category"] == criterion.removeprefix("volunteer-").removeprefix("no-")
        declined = (await http.get("/cases", params={"state": "declined"})).json()["items"]
    own = {"clearance", "application", "person"}
    assert len(declined) == 3
    assert len({str({name: case[name] for name in case.keys() - own}) for case in declined}) == 1
    told = [envelope.data for envelope in await it.emitted()]
    assert len({str({name: data[name] for name in data.keys() - own}) for data in told}) == 1


async def test_an_administrators_own_case_is_for_somebody_else(it: Running) -> None:
    """Trap 17: not its results, not its decision, not its end; and its evidence is not shown to them."""
    own = identity(1)
    result = {"results": [{"check": "identity", "outcome": "passed"}]}
    for path, body in (("results", result), ("decision", DECLINE), ("withdrawal", SAFETY)):
        assert (await post(it, path, body, person=own))[0] == 409
    await pass_all(it, reference="Register 7")
    case = await only_case(it)
    async with it.client(role="administrator", site=SITE, person=own) as http:
        shown = (await http.get(f"/cases/{case['clearance']}")).json()
    assert shown["results"] == []
    assert "Register" not in str(shown)


async def test_a_facilitator_is_screened_as_a_volunteer(running: Callable[..., Awaitable[Running]]) -> None:
    """Whoever helps onsite is checked like a mentor with the same risks."""
    it = await running("screening")
    await it.hear(role("onsite", "facilitator", "minors", "one-on-one"))
    await it.hear(applies(1, 1, "onsite", RoleKind.FACILITATOR))
    assert "record-check" in (await only_case(it))["required"]
