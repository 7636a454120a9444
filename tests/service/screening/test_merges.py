"""Cases, measures and conduct cases of somebody whose record was given up for another one."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.intake import ProfileChanged
from tests.service.merged import merged
from tests.service.screening.conduct_scenes import (
    HEAD,
    MENTOR,
    SCREENER,
    Factory,
    ask,
    dismissed,
    good,
    measure,
    raised,
    staffed,
    told,
)
from tests.service.screening.scenes import CLEAR, DECLINE, know
from tests.service.screening.story import SITE, applies, identity, place, role, signs
from tests.support.running import Running

OTHER = identity(9)


@pytest.fixture
async def it(running: Factory) -> Running:
    """A cleared mentor, and a second record that applied as mentor, too."""
    it = await staffed(running)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    await know(it)
    return it


async def case_of(it: Running, person: UUID) -> dict[str, Any]:
    """The one case of a person."""
    (case,) = await cases_of(it, person)
    return case


async def cases_of(it: Running, person: UUID) -> list[dict[str, Any]]:
    """Their cases, oldest first."""
    found = await good(it, "GET", "/cases", who=HEAD, at="net", params={"person": str(person)})
    return list(found["items"])


async def decide(it: Running, person: UUID, decision: dict[str, Any]) -> None:
    """Every check passes, and a screener decides."""
    case = await case_of(it, person)
    path = f"/cases/{case['clearance']}"
    passed = [{"check": check, "outcome": "passed"} for check in case["required"]]
    await good(it, "POST", f"{path}/results", {"results": passed}, who=HEAD, at="net")
    await good(it, "POST", f"{path}/decision", decision, who=HEAD, at="net")


async def test_cases_follow_and_no_clearance_grows(it: Running) -> None:
    """R39: each clearance stays for its own role, offering, place and day; what is open stays open."""
    before = {each["clearance"]: each for person in (MENTOR, OTHER) for each in await cases_of(it, person)}
    await it.hear(merged(MENTOR, OTHER))
    assert await cases_of(it, MENTOR) == []
    after = {each["clearance"]: each for each in await cases_of(it, OTHER)}
    assert after.keys() == before.keys()
    for clearance, case in after.items():
        same = ("role", "offering", "site", "state", "valid_until", "required")
        assert [case.get(name) for name in same] == [before[clearance].get(name) for name in same]
    assert await told(it, "clearance.ended") == []
    own = [each["clearance"] for each in (await good(it, "GET", "/cases", who=OTHER, as_="participant"))["items"]]
    assert set(own) == set(after)
    assert (await ask(it, "GET", "/cases", who=MENTOR, as_="participant")).status_code == 401


@pytest.mark.parametrize("kept", [MENTOR, OTHER])
async def test_a_dismissal_of_either_ends_what_the_other_was_cleared_for(it: Running, kept: UUID) -> None:
    """R57, trap 7: nobody who was dismissed goes on under a second record, whichever is kept."""
    case = await raised(it, "talk", 1)
    await dismissed(it, case)
    await decide(it, OTHER, CLEAR)
    given_up = MENTOR if kept == OTHER else OTHER
    await it.hear(merged(given_up, kept))
    assert {each["state"] for each in await cases_of(it, kept)} == {"ended"}
    assert {each["person"] for each in (await told(it, "clearance.ended"))[1:]} == {str(kept)}
    assert [each["person"] for each in (await good(it, "GET", case))["measures"]] == [str(kept)]


async def test_a_refusal_for_safety_ends_what_was_decided_without_it(it: Running) -> None:
    """R50: two screeners decided about one person; the one who saw the danger is not passed over."""
    await decide(it, OTHER, {"decision": "decline", "criterion": "volunteer-safety"})
    await it.hear(merged(OTHER, MENTOR))
    assert {each["state"] for each in await cases_of(it, MENTOR)} == {"declined", "ended"}
    assert [each["person"] for each in await told(it, "clearance.ended")] == [str(MENTOR)]


async def test_a_refusal_for_time_ends_nothing(it: Running) -> None:
    """R53: who had no time for one role may go on in another."""
    await decide(it, OTHER, DECLINE)
    await it.hear(merged(OTHER, MENTOR))
    assert {each["state"] for each in await cases_of(it, MENTOR)} == {"declined", "cleared"}


async def test_a_suspension_follows(it: Running) -> None:
    """R57: who may not write is told anew under the kept id, and no line of the case is lost."""
    case = await raised(it, "harm", 1)
    assert (await measure(it, case, "suspend")).status_code == 201
    entries = len((await good(it, "GET", f"{case}/entries"))["items"])
    await it.hear(merged(MENTOR, OTHER))
    assert (await told(it, "case.opened"))[-1]["frozen"] == [str(OTHER)]
    assert [each["person"] for each in (await good(it, "GET", case))["measures"]] == [str(OTHER)]
    assert len((await good(it, "GET", f"{case}/entries"))["items"]) == entries


async def test_an_open_conduct_case_is_no_secret_passage(it: Running) -> None:
    """R55, trap 17: whoever it names by now neither sees it nor goes on dealing with it."""
    case = await raised(it, "harm", 1)
    await good(it, "POST", f"{case}/handler", {}, who=SCREENER)
    await it.hear(merged(MENTOR, SCREENER))
    assert (await ask(it, "GET", case, who=SCREENER)).status_code == 404
    assert (await good(it, "GET", case, who=HEAD, at="net"))["handler"] is None
    assert (await told(it, "case.opened"))[-1]["handler"] is None


async def test_what_comes_late_belongs_to_the_kept_person(it: Running) -> None:
    """A concern about the given-up id names the kept one; what is their own state is told anew of the kept one."""
    await it.hear(merged(MENTOR, OTHER))
    case = await raised(it, "harm", 1)
    assert (await good(it, "GET", case, who=HEAD, at="net"))["people"] == [str(OTHER)]
    await it.hear(applies(10, 1, "mentor-adult", "mentor"))
    assert len(await cases_of(it, OTHER)) == 3
    await it.hear(signs(1, 1))
    await it.hear(ProfileChanged(person=MENTOR, site=SITE))
    assert await it.dead() == []


async def test_ties_follow(it: Running) -> None:
    """Trap 17: who is close to one record does not decide about the person."""
    tie = {"person": str(SCREENER), "other": str(MENTOR), "kind": "partner", "site": SITE}
    assert (await ask(it, "POST", "/ties", tie)).status_code == 201
    assert (await ask(it, "POST", "/ties", {**tie, "other": str(OTHER)})).status_code == 201
    own = {**tie, "person": str(MENTOR), "other": str(OTHER)}
    assert (await ask(it, "POST", "/ties", own)).status_code == 201
    await it.hear(merged(MENTOR, OTHER))
    ties = (await good(it, "GET", "/ties"))["items"]
    assert [{each["person"], each["other"]} for each in ties] == [{str(SCREENER), str(OTHER)}]
    assert (await ask(it, "POST", "/ties", own)).status_code == 409
    undecided = (await cases_of(it, OTHER))[-1]
    assert (await ask(it, "POST", f"/cases/{undecided['clearance']}/decision", CLEAR)).status_code == 409


async def test_facts_are_read_anew_before_anybody_is_cleared(running: Factory) -> None:
    """R41: the kept person's age and home may be others than those that were read of either."""
    it = await running("screening")
    await it.hear(place())
    await it.hear(role("mentor-adult", "mentor"))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    await know(it)
    await it.hear(merged(MENTOR, OTHER))
    case = await case_of(it, OTHER)
    path = f"/cases/{case['clearance']}"
    passed = [{"check": check, "outcome": "passed"} for check in case["required"]]
    await good(it, "POST", f"{path}/results", {"results": passed}, who=HEAD, at="net")
    assert (await ask(it, "POST", f"{path}/decision", CLEAR, who=HEAD, at="net")).status_code == 409
    await know(it)
    await good(it, "POST", f"{path}/decision", CLEAR, who=HEAD, at="net")
