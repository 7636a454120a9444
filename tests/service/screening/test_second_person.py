"""Decisions of the highest tier take effect when another person agrees; whoever is close to somebody stays out."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, acts, only_case, pass_all, post, seen, types
from tests.service.screening.story import SITE, identity, role
from tests.support.running import Running

FIRST, SECOND, THIRD = identity(0x51), identity(0x52), identity(0x53)
SAFETY = {"decision": "decline", "criterion": "volunteer-safety"}
AGREES = {"agrees": True}
DISAGREES = {"agrees": False, "reason": "The second reference was not asked."}


async def answers(it: Running, body: dict[str, Any], person: UUID | None) -> tuple[int, dict[str, Any]]:
    """What somebody's answer to the proposal is answered."""
    return await post(it, "decision/agreement", body, person=person)


async def declare(it: Running, one: UUID, other: UUID, by: UUID | None = None) -> int:
    """Declare a tie; the status."""
    async with it.client(role="screener", site=SITE, person=by) as http:
        body = {"person": str(one), "other": str(other), "kind": "relative", "site": SITE}
        return (await http.post("/ties", json=body)).status_code


async def test_a_clearance_waits_for_its_second_person(high: Running) -> None:
    """R30, R50: nothing is told until another person agrees; then once, and both names stand."""
    await pass_all(high)
    status, detail = await post(high, "decision", CLEAR, person=FIRST)
    assert (status, detail["state"], detail["proposal"]["proposed_by"]) == (200, "proposed", str(FIRST))
    assert await types(high) == []
    async with high.client(role="screener", site=SITE) as http:
        assert len((await http.get("/cases", params={"state": "proposed"})).json()["items"]) == 1
    status, detail = await answers(high, AGREES, SECOND)
    assert (status, detail["state"]) == (200, "cleared")
    assert (detail["decided_by"], detail["agreed_by"]) == (str(FIRST), str(SECOND))
    assert await types(high) == ["screening.cleared.v1"]
    assert await acts(high) == ["results", "proposed", "cleared"]


async def test_nobody_is_their_own_second_person(high: Running) -> None:
    """Trap 17: not under another spelling of their id either; and never the applicant."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    assert (await answers(high, AGREES, FIRST))[0] == 409
    shouted: Any = str(FIRST).upper()  # as another system may spell it
    case = (await only_case(high))["clearance"]
    async with high.client(role="screener", site=SITE, person=shouted) as http:
        assert (await http.post(f"/cases/{case}/decision/agreement", json=AGREES)).status_code == 409
    assert (await answers(high, AGREES, PERSON))[0] == 409
    assert (await only_case(high))["state"] == "proposed"


@pytest.mark.parametrize("two", [(SECOND, PERSON), (FIRST, PERSON), (FIRST, SECOND)], ids=["second", "first", "both"])
async def test_whoever_is_close_does_not_agree(high: Running, two: tuple[UUID, UUID]) -> None:
    """Trap 17: a tie of the second with the applicant, of the first with the applicant, of the two with each other."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    assert await declare(high, *two) == 201
    assert (await answers(high, AGREES, SECOND))[0] == 409
    assert await types(high) == []
    assert (await answers(high, DISAGREES, THIRD))[0] == 200
    assert (await only_case(high))["state"] == "open"


async def test_a_screener_who_is_close_sees_no_evidence_and_decides_nothing(high: Running) -> None:
    """Trap 17: declared by the applicant, in the other direction; the case looks as it does to its person."""
    await pass_all(high, reference="Register 7")
    assert await declare(high, PERSON, FIRST, by=PERSON) == 201
    assert await declare(high, FIRST, PERSON) == 200
    shown = await seen(high, FIRST)
    assert (shown["results"], shown["criterion"]) == ([], None)
    for path, body in (("results", {"results": [{"check": "identity", "outcome": "failed"}]}), ("decision", CLEAR)):
        status, problem = await post(high, path, body, person=FIRST)
        assert status == 409
        assert "tie" in problem["detail"]


async def test_who_disagrees_opens_the_case_again(high: Running) -> None:
    """R50: the reason is kept for screeners; the same answer again is answered; then it is decided anew."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    for _ in range(2):
        status, detail = await answers(high, DISAGREES, SECOND)
        assert (status, detail["state"], detail["proposal"]["reason"]) == (200, "open", DISAGREES["reason"])
    assert "reference" not in str(await seen(high, PERSON, "participant"))
    assert (await answers(high, AGREES, THIRD))[0] == 409
    assert await types(high) == []
    await post(high, "decision", CLEAR, person=SECOND)
    assert (await answers(high, AGREES, FIRST))[1]["state"] == "cleared"


async def test_two_second_persons_at_once_are_one(high: Running) -> None:
    """Trap 2: one agreement, one event; the other one is told, and the same one again is answered as before."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    found = await asyncio.gather(*(answers(high, AGREES, person) for person in (SECOND, THIRD, SECOND, THIRD)))
    assert sorted(status for status, _ in found) == [200, 200, 409, 409]
    assert await types(high) == ["screening.cleared.v1"]
    assert await acts(high) == ["results", "proposed", "cleared"]


async def test_agreeing_and_disagreeing_at_once_has_one_outcome(high: Running) -> None:
    """Trap 2: whichever comes first counts, and the other person is told."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    found = await asyncio.gather(answers(high, AGREES, SECOND), answers(high, DISAGREES, THIRD))
    assert sorted(status for status, _ in found) == [200, 409]
    cleared = (await only_case(high))["state"] == "cleared"
    assert await types(high) == (["screening.cleared.v1"] if cleared else [])


async def test_a_refusal_for_time_needs_one_person(high: Running) -> None:
    """R53, R50: for safety it waits, and takes effect once somebody agreed."""
    assert (await post(high, "decision", SAFETY, person=FIRST))[1]["state"] == "proposed"
    assert (await post(high, "decision", SAFETY, person=FIRST))[0] == 200
    assert (await post(high, "decision", DECLINE, person=THIRD))[0] == 409
    assert (await answers(high, DISAGREES, SECOND))[0] == 200
    assert (await post(high, "decision", DECLINE, person=FIRST))[1]["state"] == "declined"
    assert await types(high) == ["screening.declined.v1"]


async def test_what_was_agreed_is_looked_at_anew(high: Running) -> None:
    """R40: a role that asks for more by the day of the agreement clears nobody on the old results."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    await high.hear(role("mentor-adult", "mentor", "one-on-one", "minors", tier="comprehensive"), sequence=2)
    status, problem = await answers(high, AGREES, SECOND)
    assert status == 409
    assert "record-check" in problem["detail"]
    assert (await only_case(high))["state"] == "proposed"


async def test_results_stand_still_while_a_second_person_looks(high: Running) -> None:
    """What the second person judges is what the first one saw."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    assert (await post(high, "results", {"results": [{"check": "identity", "outcome": "failed"}]}))[0] == 409


async def test_a_tie_is_taken_back_by_an_administrator_who_is_neither(high: Running) -> None:
    """Trap 17: nobody frees themselves; a stranger to the place finds nothing."""
    await declare(high, FIRST, PERSON)
    path = f"/ties/{PERSON}/{FIRST}"
    async with high.client(role="administrator", site="net", person=FIRST) as http:
        assert (await http.delete(path)).status_code == 409
        assert len((await http.get("/ties")).json()["items"]) == 1
    async with high.client(role="screener", site=SITE, person=SECOND) as http:
        assert (await http.delete(path)).status_code == 403
        assert len((await http.get("/ties", params={"person": str(FIRST)})).json()["items"]) == 1
    async with high.client(role="administrator", site="net.ke") as http:
        assert (await http.delete(path)).status_code == 404
        assert (await http.get("/ties")).json()["items"] == []
    async with high.client(role="administrator", site="net", person=SECOND) as http:
        assert (await http.delete(path)).status_code == 204
    assert (await post(high, "decision", DECLINE, person=FIRST))[0] == 200
