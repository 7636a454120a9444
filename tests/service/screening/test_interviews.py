"""Interviews: a slot is one person's, moves are bounded, no-shows reject nobody, a screener decides (R45, R46, R52)."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.screening.slots import take
from services.screening.tables import CaseRow, InterviewRow, SlotRow
from shared.db import hold
from shared.ids import new_id
from tests.service.screening.scenes import DECLINE, PERSON
from tests.service.screening.step_access import SCORED, SCORES
from tests.service.screening.step_scenes import Start, call, good, result, step, with_links
from tests.service.screening.story import SITE, applies, identity
from tests.support.running import BEGINNING, Running

PATH = "{case}/interview"
SCREENER = new_id()


@pytest.fixture
async def it(running: Start, tmp_path: Path) -> Running:
    """Screening with a case that asks for an interview."""
    return await with_links(running, tmp_path)


async def offered(it: Running, count: int = 1, *, site: str = SITE, person: UUID = SCREENER) -> list[dict[str, Any]]:
    """Slots of a screener, an hour apart from each other, from Thursday on."""
    starts = [BEGINNING + timedelta(days=3, hours=hour) for hour in range(count)]
    slots = [
        {"starts_at": start.isoformat(), "zone": "Asia/Kabul", "place": "video", "location": "https://meet.example/x"}
        for start in starts
    ]
    async with it.client(role="screener", site=site, person=person) as http:
        answer = await http.post("/interview-slots", json={"site": site, "slots": slots})
        assert answer.status_code == 201, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found


async def book(it: Running, slot: dict[str, Any]) -> int:
    """The status of the person's choice."""
    return (await call(it, "person", "PUT", f"{PATH}/slot", {"slot": slot["slot"]})).status_code


def at(it: Running, slot: dict[str, Any]) -> None:
    """The interview begins."""
    it.set_clock(datetime.fromisoformat(slot["starts_at"]))


async def held(it: Running, **scores: int) -> Any:
    """An interview was held, with these scores and 4 for the rest."""
    (slot,) = await offered(it)
    await good(it, "screener", "POST", PATH, {})
    assert await book(it, slot) == 200
    at(it, slot)
    given = {name: SCORED | {"score": score} for name, score in scores.items()}
    body = SCORES | {"scores": SCORES["scores"] | given}
    return await good(it, "screener", "PUT", f"{PATH}/scores", body)


async def test_an_interview_from_invitation_to_result(it: Running) -> None:
    """R45: invited, booked in half an hour shown in a zone, scored, passed; the step goes along."""
    (slot,) = await offered(it)
    assert await book(it, slot) == 404
    await good(it, "screener", "POST", PATH, {"form": "mentoring"})
    invited = await step(it, "interview")
    assert (invited["state"], invited["due_on"]) == ("invited", "2026-11-09")
    (free,) = (await good(it, "person", "GET", f"{PATH}/slots"))["items"]
    assert (free["minutes"], free["local_start"]) == (30, "2026-11-05T12:30+04:30")
    assert "location" not in free
    shown = await good(it, "person", "PUT", f"{PATH}/slot", {"slot": free["slot"]})
    assert (shown["state"], shown["location"]) == ("booked", "https://meet.example/x")
    booked = await step(it, "interview")
    assert (booked["state"], booked["due_on"]) == ("waiting", "2026-11-05")
    at(it, slot)
    scored = await good(it, "screener", "PUT", f"{PATH}/scores", SCORES)
    assert scored["rule"] == "By the form's rule this passes: no dimension is below its floor."
    assert await result(it, "interview") is None
    await good(it, "screener", "POST", f"{PATH}/outcome", {"outcome": "passed"})
    found = await result(it, "interview")
    assert found is not None
    assert (found["outcome"], found["reference"]) == ("passed", "interview of 2026-11-05, form mentoring 1")
    assert (await step(it, "interview"))["state"] == "done"


async def invited(it: Running, number: int) -> str:
    """Somebody else's case, invited to an interview."""
    await it.hear(applies(number, number, "mentor-youth", "mentor"))
    async with it.client(role="screener", site=SITE) as http:
        (case,) = (await http.get("/cases", params={"person": str(identity(number))})).json()["items"]
        assert (await http.post(f"/cases/{case['clearance']}/interview", json={})).status_code == 201
    return str(case["clearance"])


async def choose(it: Running, number: int, clearance: str, slot: dict[str, Any]) -> int:
    """The status of somebody's choice."""
    async with it.client(role="participant", site=SITE, person=identity(number)) as http:
        return (await http.put(f"/cases/{clearance}/interview/slot", json={"slot": slot["slot"]})).status_code


async def test_one_slot_is_one_persons(it: Running) -> None:
    """Five people choose the same one at the same moment: one has it, the others are told so."""
    (slot,) = await offered(it)
    cases = {number: await invited(it, number) for number in range(2, 7)}
    answers = await asyncio.gather(*(choose(it, *each, slot) for each in cases.items()))
    assert sorted(answers) == [200, 409, 409, 409, 409]
    async with it.client(role="screener", site=SITE) as http:
        (booked,) = (await http.get("/interview-slots")).json()["items"]
    assert booked["clearance"] == list(cases.values())[answers.index(200)]


async def test_whoever_comes_second_waits_and_hears_that_it_is_taken(it: Running) -> None:
    """A slot that is being booked is nobody else's before the commit either."""
    (slot,) = await offered(it)
    first, second = await invited(it, 2), await invited(it, 3)
    async with it.service.sessions.begin() as session:
        case = await session.get_one(CaseRow, UUID(first))
        interview = await session.get_one(InterviewRow, UUID(first))
        await take(session, case, interview, UUID(slot["slot"]), BEGINNING)
        other = asyncio.create_task(choose(it, 3, second, slot))
        await asyncio.wait([other], timeout=0.3)
    assert await other == 409


async def test_moving_is_bounded_and_giving_back_is_not(it: Running) -> None:
    """Three times; the fourth needs staff, who invite anew. Nobody has to stay away to get out of a slot."""
    slots = await offered(it, 6)
    await good(it, "screener", "POST", PATH, {})
    assert [await book(it, slot) for slot in slots[:5]] == [200, 200, 200, 200, 409]
    assert [await book(it, slots[3])] == [200]
    given_back = await good(it, "person", "POST", f"{PATH}/cancellation")
    assert (given_back["state"], given_back["slot"], given_back["moves_left"]) == ("invited", None, 0)
    assert await good(it, "person", "POST", f"{PATH}/cancellation") == given_back
    assert await book(it, slots[5]) == 409
    await good(it, "screener", "POST", PATH, {})
    assert await book(it, slots[5]) == 200


async def test_two_no_shows_pause_and_reject_nobody(it: Running) -> None:
    """A screener decides how to go on: invites again, or decides the case; no result is recorded by itself."""
    first, second, third = await offered(it, 3)
    await good(it, "screener", "POST", PATH, {})
    await book(it, first)
    assert (await call(it, "screener", "POST", f"{PATH}/no-show")).status_code == 409
    at(it, first)
    assert (await good(it, "screener", "POST", f"{PATH}/no-show"))["state"] == "invited"
    await book(it, second)
    at(it, second)
    assert (await good(it, "screener", "POST", f"{PATH}/no-show"))["state"] == "paused"
    assert await book(it, third) == 409
    assert (await step(it, "interview"))["state"] == "to-do"
    assert await result(it, "interview") is None
    await good(it, "screener", "POST", PATH, {})
    assert await book(it, third) == 200


async def test_a_screener_decides_against_the_rule_with_a_reason_alone(it: Running) -> None:
    """R46, R52: the rule's sentence names the dimension; the outcome is the screener's."""
    shown = await held(it, temperament=2)
    assert shown["rule"] == "By the form's rule this does not pass: temperament is 2 and its floor 3."
    refused = await call(it, "screener", "POST", f"{PATH}/outcome", {"outcome": "passed"})
    assert (refused.status_code, shown["rule"] in refused.json()["detail"]) == (409, True)
    reason = {"outcome": "passed", "reason": "She was ill; a second talk went well."}
    for _ in range(2):
        assert (await good(it, "screener", "POST", f"{PATH}/outcome", reason))["outcome"] == "passed"


async def test_the_person_sees_no_scores(it: Running) -> None:
    """R53: neither numbers nor notes nor the rule; time is scored like the rest."""
    await held(it, time=1)
    await good(it, "screener", "POST", f"{PATH}/outcome", {"outcome": "failed"})
    seen = await good(it, "person", "GET", PATH)
    assert (seen["scores"], seen["scenarios"], seen["rule"], seen["outcome"], seen["no_shows"]) == (
        {},
        [],
        None,
        None,
        None,
    )
    assert (await call(it, "person", "GET", "/interview-forms")).status_code == 403


async def test_only_the_interviewer_changes_scores(it: Running) -> None:
    """Somebody else's view of what they did not hear is no score."""
    (slot,) = await offered(it)
    await good(it, "screener", "POST", PATH, {})
    await book(it, slot)
    assert (await call(it, "screener", "PUT", f"{PATH}/scores", SCORES)).status_code == 409
    at(it, slot)
    for who, status in ((SCREENER, 200), (SCREENER, 200), (new_id(), 403)):
        assert (await call(it, "screener", "PUT", f"{PATH}/scores", SCORES, person=who)).status_code == status
    assert (await call(it, "screener", "POST", f"{PATH}/no-show")).status_code == 409


async def test_a_slot_that_is_withdrawn_is_no_move_of_the_person(it: Running) -> None:
    """Whoever had booked it is asked to choose again."""
    first, second = await offered(it, 2)
    await good(it, "screener", "POST", PATH, {})
    await book(it, first)
    for _ in range(2):
        await good(it, "screener", "POST", f"/interview-slots/{first['slot']}/withdrawal")
    seen = await good(it, "person", "GET", PATH)
    assert (seen["state"], seen["moves_left"]) == ("invited", 3)
    assert await book(it, first) == 409
    assert await book(it, second) == 200


async def test_slots_are_for_those_at_the_place_and_below_and_not_for_their_giver(it: Running) -> None:
    """A region's slot serves its sites; another region's does not, nor does one's own."""
    await good(it, "screener", "POST", PATH, {})
    (region,) = await offered(it, site="net.af")
    (elsewhere,) = await offered(it, site="net.ke", person=new_id())
    (own,) = await offered(it, person=PERSON)
    assert [await book(it, slot) for slot in (elsewhere, own, region)] == [409, 409, 200]


async def test_a_decided_case_gives_its_slot_back(it: Running) -> None:
    """What a case no longer needs is free for others."""
    (slot,) = await offered(it)
    await good(it, "screener", "POST", PATH, {})
    await book(it, slot)
    await good(it, "screener", "POST", "{case}/decision", DECLINE)
    async with it.client(role="screener", site=SITE) as http:
        await it.hear(applies(2, 2, "mentor-youth", "mentor"))
        (case,) = (await http.get("/cases", params={"person": str(identity(2))})).json()["items"]
        await http.post(f"/cases/{case['clearance']}/interview", json={})
    async with it.client(role="participant", site=SITE, person=identity(2)) as http:
        answer = await http.put(f"/cases/{case['clearance']}/interview/slot", json={"slot": slot["slot"]})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"starts_at": "2026-11-01T08:00:00Z"}, {"starts_at": "2036-11-01T08:00:00Z"}, {"zone": "Mars/Olympus"},
        {"minutes": 5}, {"place": "car"}, {"starts_at": "2026-11-05T08:00:00"}, {"location": "a\nb"},
    ],
    ids=str,
)  # fmt: skip
async def test_slots_that_cannot_be_are_refused_at_the_door(it: Running, fault: dict[str, Any]) -> None:
    """With the field named."""
    slot = {"starts_at": "2026-11-05T08:00:00Z", "zone": "Asia/Kabul", "place": "video"} | fault
    refused = await call(it, "screener", "POST", "/interview-slots", {"site": SITE, "slots": [slot]})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [f"slots.0.{next(iter(fault))}"]


async def test_a_screener_offers_no_two_slots_at_once(it: Running) -> None:
    """Also when the second offer comes before the first one's commit; when one ends another may begin."""
    start = BEGINNING + timedelta(days=3)
    slot = {"starts_at": start.isoformat(), "zone": "Asia/Kabul", "place": "phone"}
    body = {"site": SITE, "slots": [slot]}
    async with it.service.sessions.begin() as session:
        await hold(session, f"slots/{SCREENER}")
        first = {"starts_at": start - timedelta(minutes=10), "minutes": 30, "zone": "Asia/Kabul", "place": "phone"}
        session.add(SlotRow(**first, slot=new_id(), site=SITE, offered_by=str(SCREENER)))
        await session.flush()
        other = asyncio.create_task(call(it, "screener", "POST", "/interview-slots", body, person=SCREENER))
        await asyncio.wait([other], timeout=0.3)
    assert (await other).status_code == 422
    slot["starts_at"] = (start + timedelta(minutes=20)).isoformat()
    assert (await call(it, "screener", "POST", "/interview-slots", body, person=SCREENER)).status_code == 201
