"""Runs: whom they propose, whom they leave out and why, and their confirmation."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.matching import queries
from tests.service.matching.scenes import (
    MENTOR,
    OFFERING,
    OTHER_OFFERING,
    STAFF,
    Factory,
    admit,
    applied,
    call,
    cleared,
    close,
    confirm,
    ended,
    know,
    nominate,
    offering,
    person,
    profile,
    run,
    tables,
)
from tests.support.eventually import eventually
from tests.support.running import BEGINNING, Running

MENTORS, MENTEES = [person(0x11), person(0x12)], [person(0x21), person(0x22)]


@pytest.fixture
async def it(running: Factory) -> Running:
    """Two mentors and two mentees: each mentee's goal is met by the mentor of the same number."""
    found: Running = await running("matching")
    await found.hear(offering())
    for number in (0, 1):
        await admit(found, MENTORS[number], "mentor", skills=[f"topic-{number}"])
        await admit(found, MENTEES[number], "mentee", goals=[f"topic-{number}"])
    return found


def twos(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Who is proposed to whom."""
    return {(one["mentor"], one["mentee"]) for one in found["proposals"]}


def members(pair: dict[str, Any]) -> tuple[str, str]:
    """A pair's mentor and mentee."""
    assert [member["role"] for member in pair["members"]] == ["mentor", "mentee"]
    return pair["members"][0]["person"], pair["members"][1]["person"]


WAITING_FOR_A_LOCK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)

BEST = {(str(MENTORS[number]), str(MENTEES[number])) for number in (0, 1)}


async def test_a_run_proposes_the_best_and_says_why(it: Running) -> None:
    """R6: skills that meet goals; each term of the score is shown."""
    found = await run(it)
    assert twos(found) == BEST
    assert found["unmatched"] == []
    assert found["total_score"] == sum(one["score"] for one in found["proposals"])
    assert {name: found[name] for name in ("mentors", "mentees", "places", "blocking_pairs", "barred_pairs")} == {
        "mentors": 2, "mentees": 2, "places": 2, "blocking_pairs": 0, "barred_pairs": 0,
    }  # fmt: skip
    for proposal in found["proposals"]:
        assert proposal["score"] == sum(term["points"] for term in proposal["terms"])
        assert {"term": "goals-met", "points": 1000, "known": True} in proposal["terms"]
    assert (await call(it, "GET", f"/runs/{found['run']}")).json() == found


async def test_a_run_emits_nothing_until_a_coordinator_confirms(it: Running) -> None:
    """Section 4 (6): staff approve."""
    found = await run(it)
    assert await it.emitted() == []
    confirmed = await confirm(it, found)
    assert {members(pair) for pair in confirmed["pairs"]} == BEST
    assert confirmed["refused"] == []
    told = await it.emitted()
    assert [envelope.type for envelope in told] == ["rapport.pair.matched.v1"] * 2
    assert {members(envelope.data) for envelope in told} == BEST
    assert {envelope.data["pair"] for envelope in told} == {pair["pair"] for pair in confirmed["pairs"]}
    assert {(one.data["pair_kind"], one.data["site"], one.data["other_site"]) for one in told} == {
        ("assigned", "net.af.kabul", None)
    }


async def test_confirming_again_gives_the_same_pairs(it: Running) -> None:
    """Trap 2's sister: one pair, told once."""
    found = await run(it)
    first, again = await confirm(it, found), await confirm(it, found)
    assert again == first
    assert len(await it.emitted()) == 2
    states = {one["state"] for one in (await call(it, "GET", f"/runs/{found['run']}")).json()["proposals"]}
    assert states == {"confirmed"}


async def test_two_coordinators_at_once_make_one_pair_of_each(it: Running) -> None:
    """Confirmations and a nomination of the same people in the same moment."""
    found = await run(it)
    confirmed = asyncio.gather(*(confirm(it, found) for _ in range(3)))
    answers = await asyncio.gather(nominate(it, MENTORS[0], MENTEES[0]), nominate(it, MENTORS[0], MENTEES[1]))
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert len({str(sorted(pair["pair"] for pair in one["pairs"])) for one in await confirmed}) == 1
    pairs = (await tables(it))["pair"]
    assert len(pairs) == len(await it.emitted())
    assert len(pairs) in (1, 2)
    assert len([row for row in pairs if MENTORS[0] in row]) == 1
    assert len([row for row in pairs if MENTEES[0] in row]) <= 1


async def test_named_proposals_only(it: Running) -> None:
    """A coordinator may confirm some."""
    found = await run(it)
    first = found["proposals"][0]
    confirmed = await confirm(it, found, first["proposal"])
    assert [members(pair) for pair in confirmed["pairs"]] == [(first["mentor"], first["mentee"])]
    assert len(await it.emitted()) == 1


async def test_a_proposal_of_another_run_is_refused(it: Running) -> None:
    """A named proposal has to be of this run; nothing is confirmed then."""
    old, found = await run(it), await run(it)
    body = {"proposals": [found["proposals"][0]["proposal"], old["proposals"][0]["proposal"]]}
    answer = await call(it, "POST", f"/runs/{found['run']}/confirmation", json=body)
    assert answer.status_code == 422
    assert await it.emitted() == []


async def test_a_clearance_that_ended_since_the_run_is_refused(it: Running) -> None:
    """Trap 7: screening is checked again at confirmation."""
    found = await run(it)
    await it.hear(ended(MENTORS[0], "mentor"), sequence=2)
    confirmed = await confirm(it, found)
    assert len(confirmed["pairs"]) == 1
    (refused,) = confirmed["refused"]
    assert (refused["mentor"], refused["reasons"]) == (str(MENTORS[0]), ["mentor-not-cleared"])


async def test_a_clearance_is_good_to_the_end_of_its_last_day(it: Running) -> None:
    """valid_until is the last day, by domain time."""
    found = await run(it)
    await it.hear(cleared(MENTEES[0], "mentee", until=BEGINNING.date()), sequence=2)
    await it.hear(cleared(MENTEES[1], "mentee", until=BEGINNING.date() - timedelta(days=1)), sequence=2)
    confirmed = await confirm(it, found)
    assert [members(pair)[1] for pair in confirmed["pairs"]] == [str(MENTEES[0])]
    assert [refused["reasons"] for refused in confirmed["refused"]] == [["mentee-not-cleared"]]


async def test_hours_taken_since_the_run_are_refused(it: Running) -> None:
    """R7, trap 14: never beyond hours, also not when two ways of pairing meet."""
    found = await run(it)
    await admit(it, person(0x23), "mentee")
    assert (await nominate(it, MENTORS[0], person(0x23))).status_code == 201
    confirmed = await confirm(it, found)
    assert [refused["reasons"] for refused in confirmed["refused"]] == [["mentor-hours-full"]]


async def test_hours_that_became_fewer_since_the_run_are_kept_to(it: Running) -> None:
    """R7, trap 14: what one confirmation pairs it counts itself."""
    await it.hear(ended(MENTORS[1], "mentor"), sequence=2)
    await know(it, profile(MENTORS[0], weekly_hours=2.0))
    found = await run(it)
    assert len(found["proposals"]) == 2
    await know(it, profile(MENTORS[0], weekly_hours=1.0))
    confirmed = await confirm(it, found)
    assert len(confirmed["pairs"]) == 1
    assert [refused["reasons"] for refused in confirmed["refused"]] == [["mentor-hours-full"]]


async def test_many_nominations_at_once_keep_to_a_mentors_hours(it: Running) -> None:
    """R7, trap 14: coordinators who call in the same moment wait for each other."""
    mentees = [person(0x60 + number) for number in range(3)]
    for mentee in mentees:
        await admit(it, mentee, "mentee")
    async with it.service.sessions.begin() as session:
        await queries.lock_people(session, MENTORS[:1])
        asked = [asyncio.create_task(nominate(it, MENTORS[0], mentee)) for mentee in mentees]

        async def all_wait() -> bool:
            async with it.service.sessions() as another:  # within a transaction the answer would stay as it was
                return bool(await another.scalar(WAITING_FOR_A_LOCK) == len(mentees))

        await eventually(all_wait)
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert len(await it.emitted()) == 1


async def test_a_new_run_replaces_the_proposals_of_the_one_before(it: Running) -> None:
    """The newest proposals stand; same input, same output (trap 14)."""
    old = await run(it)
    new = await run(it)
    assert twos(new) == twos(old)
    confirmed = await confirm(it, old)
    assert confirmed["pairs"] == []
    assert [one["reasons"] for one in confirmed["refused"]] == [["replaced-by-newer-run"]] * 2
    assert len((await confirm(it, new))["pairs"]) == 2


async def test_old_proposals_cannot_be_confirmed(it: Running) -> None:
    """People's situations change; after two weeks a run is made anew."""
    found = await run(it)
    it.set_clock(BEGINNING + timedelta(days=15))
    assert [one["reasons"] for one in (await confirm(it, found))["refused"]] == [["proposal-expired"]] * 2


async def test_a_mentor_takes_as_many_as_the_weekly_hours_carry(it: Running) -> None:
    """R7: about an hour a week for each mentee, pairs of today counted."""
    await know(it, profile(MENTORS[0], weekly_hours=2.9))
    await it.hear(ended(MENTORS[1], "mentor"), sequence=2)
    await admit(it, person(0x23), "mentee")
    found = await run(it)
    assert (found["places"], len(found["proposals"])) == (2, 2)
    assert [one["reason"] for one in found["unmatched"]] == ["no-place-left"]
    await confirm(it, found)
    assert (await run(it))["proposals"] == []


async def test_whoever_was_a_pair_is_not_proposed_again(it: Running) -> None:
    """Trap 14: a pair that was closed, whatever for, stays apart."""
    first = await confirm(it, await run(it))
    for pair in first["pairs"]:
        assert (await close(it, pair["pair"])).status_code == 200
    found = await run(it)
    assert twos(found) == {(str(MENTORS[0]), str(MENTEES[1])), (str(MENTORS[1]), str(MENTEES[0]))}
    assert found["barred_pairs"] == 2


async def test_everybody_left_out_gets_a_reason(it: Running) -> None:
    """Trap 14."""
    alone, unread = person(0x31), person(0x32)
    await admit(it, alone, "mentee", languages=["sw"])
    await it.hear(cleared(unread, "mentee"))
    await it.hear(applied(person(0x33), "mentee"))
    found = await run(it)
    assert found["unmatched"] == [
        {"person": str(alone), "role": "mentee", "reason": "all-barred", "barred": {"no-common-language": 2}},
        {"person": str(unread), "role": "mentee", "reason": "profile-not-read", "barred": {}},
    ]


async def test_nobody_mentors_themself(running: Factory) -> None:
    """Section 4: the same person on both sides keeps an hour for being mentored."""
    it = await running("matching")
    await it.hear(offering())
    await it.hear(cleared(MENTOR, "mentor"))
    await it.hear(cleared(MENTOR, "mentee"))
    await know(it, profile(MENTOR, weekly_hours=2))
    found = await run(it)
    assert found["proposals"] == []
    assert [one["barred"] for one in found["unmatched"]] == [{"same-person": 1}] * 2


async def test_a_proposal_elsewhere_keeps_its_place(it: Running) -> None:
    """Nobody's hour is promised twice; another offering's proposal keeps it for two weeks."""
    await it.hear(offering(OTHER_OFFERING))
    await it.hear(cleared(MENTORS[0], "mentor", OTHER_OFFERING))
    await admit(it, person(0x41), "mentee", OTHER_OFFERING)
    await run(it)
    elsewhere = await run(it, OTHER_OFFERING)
    assert elsewhere["proposals"] == []
    assert {one["reason"] for one in elsewhere["unmatched"]} == {"proposed-elsewhere", "nobody-to-pair-with"}
    it.set_clock(BEGINNING + timedelta(days=15))
    assert len((await run(it, OTHER_OFFERING))["proposals"]) == 1


async def test_a_mentor_of_another_site(it: Running) -> None:
    """An event of two sites names both: where the pair is, and where the mentor was cleared."""
    other = person(0x51)
    await it.hear(cleared(other, "mentor", site="net.jo.amman"))
    await it.hear(cleared(person(0x52), "mentee"))
    assert (await nominate(it, other, person(0x52))).json()["other_site"] == "net.jo.amman"
    (told,) = await it.emitted()
    assert (told.site, told.othersite) == ("net.af.kabul", "net.jo.amman")
    seen = await call(it, "GET", "/pairs", site="net.jo")
    assert [pair["other_site"] for pair in seen.json()["items"]] == ["net.jo.amman"]
    pair = seen.json()["items"][0]["pair"]
    assert (await call(it, "GET", f"/pairs/{pair}", site="net.jo")).json()["vouched_by"] is None
    answer = await call(it, "POST", f"/pairs/{pair}/closure", site="net.jo", json={"reason": "x"})
    assert answer.status_code == 403


async def test_an_unknown_offering(it: Running) -> None:
    """404 with a sentence."""
    nowhere = {"offering": "nowhere@net.af.kabul"}
    assert (await call(it, "POST", "/runs", json=nowhere)).status_code == 404
    assert (await call(it, "GET", "/pool", params=nowhere)).status_code == 404
    assert (await call(it, "POST", "/runs", json={"offering": "no offering"})).status_code == 422


async def test_the_event_loop_answers_while_a_run_is_solved(it: Running) -> None:
    """The solver works in a thread."""
    found = asyncio.create_task(run(it))
    async with it.client() as client:
        assert (await client.get("/livez")).status_code == 200
    assert len((await found)["proposals"]) == 2


async def test_a_run_is_of_whoever_made_it(it: Running) -> None:
    """The maker is kept; a replayed Idempotency-Key makes no second run."""
    async with it.client(person=STAFF, role="coordinator", site="net") as client:
        headers = {"Idempotency-Key": "once"}
        first = await client.post("/runs", json={"offering": OFFERING}, headers=headers)
        again = await client.post("/runs", json={"offering": OFFERING}, headers=headers)
    assert again.json() == first.json()
    (row,) = (await tables(it))["run"]
    assert str(STAFF) in row
