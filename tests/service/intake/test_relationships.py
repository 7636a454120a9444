"""Prior relationships (R1): each says that they know the other, and nobody learns anything by saying so."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.intake.api.seen import standing
from services.intake.tables import RelationshipRow
from shared.ids import new_id
from tests.service.intake.consenting import NO_CONTACT
from tests.service.intake.knowing import claim
from tests.service.intake.scenes import (
    CARD,
    PROFILE,
    SITE,
    Start,
    coordinator,
    facilitator,
    good,
    network,
    participant,
    registered,
    types,
)
from tests.support.running import BEGINNING, Running

MENTOR, MENTEE = "mentor@example.org", "mentee@example.org"


@pytest.fixture
async def it(running: Start) -> Running:
    """The small network."""
    started = await running("intake")
    await network(started)
    return started


async def two(it: Running) -> tuple[UUID, UUID]:
    """A mentor and a mentee with profiles."""
    people = await registered(it, email=MENTOR), await registered(it, email=MENTEE)
    for person in people:
        good(await participant(it, person).put(f"/people/{person}/profile", json=PROFILE))
    return people


async def says(it: Running, person: UUID, part: str, **named: Any) -> dict[str, Any]:
    """A person says by their own token whom they know."""
    return dict(good(await claim(participant(it, person), person, part, **named)))


async def states(it: Running, person: UUID) -> list[str]:
    """Where a person's claims stand."""
    found = good(await participant(it, person).get(f"/people/{person}/relationships"))
    return [each["state"] for each in found["items"]]


async def knows(it: Running, person: UUID) -> list[str]:
    """Whom a person knows, as matching reads it."""
    service = it.client(role="service", site="net")
    (found,) = good(await service.post("/internal/matching-profiles", json={"people": [str(person)]}))["profiles"]
    return list(found["knows"])


@pytest.mark.parametrize("by_email", [True, False], ids=["by e-mail", "by id"])
async def test_claims_that_meet_are_confirmed(it: Running, by_email: bool) -> None:
    """R1: claimed by one, confirmed by the word of both; matching reads it and hears of it once, of each."""
    mentor, mentee = await two(it)
    named: list[dict[str, Any]] = [{"email": MENTEE.upper()}, {"email": MENTOR}]
    if not by_email:
        named = [{"other": str(mentee)}, {"other": str(mentor)}]
    first = await says(it, mentor, "mentor", **named[0])
    assert (first["state"], first["other"]) == ("claimed", None)
    assert await knows(it, mentor) == []
    before = len(await it.emitted())
    assert (await says(it, mentee, "mentee", **named[1]))["other"] == str(mentor)
    assert (await states(it, mentor), await states(it, mentee)) == (["confirmed"], ["confirmed"])
    assert (await knows(it, mentor), await knows(it, mentee)) == ([str(mentee)], [str(mentor)])
    told = [(each.type, each.data["person"]) for each in (await it.emitted())[before:]]
    assert sorted(told) == sorted(("rapport.profile.changed.v1", str(each)) for each in (mentor, mentee))
    async with it.service.sessions() as session:
        assert set(await session.scalars(select(RelationshipRow.other_email))) == {None}


async def test_two_who_speak_at_once_meet(it: Running) -> None:
    """R1: neither misses the other's word, which is not committed yet when they speak."""
    mentor, mentee = await two(it)
    async with it.service.sessions.begin() as session:
        await standing(session, "net", lock=True)
        word = {"person": mentee, "part": "mentee", "other": mentor, "claimed_by": "mentee", "claimed_at": BEGINNING}
        session.add(RelationshipRow(relationship=new_id(), **word))
        await session.flush()
        speaks = asyncio.create_task(says(it, mentor, "mentor", email=MENTEE))
        await asyncio.wait([speaks], timeout=0.3)
        assert not speaks.done(), "it did not wait for the word under way"
    await speaks
    assert (await states(it, mentor), await states(it, mentee)) == (["confirmed"], ["confirmed"])


@pytest.mark.parametrize(("part", "named"), [("mentor", MENTOR), ("mentee", "somebody@example.org")])
async def test_claims_that_do_not_meet_stay_claims(it: Running, part: str, named: str) -> None:
    """R1: two mentors are no such two, nor are two of whom one names a third."""
    mentor, mentee = await two(it)
    await says(it, mentor, "mentor", email=MENTEE)
    await says(it, mentee, part, email=named)
    assert (await states(it, mentor), await states(it, mentee)) == (["claimed"], ["claimed"])
    assert (await knows(it, mentor), await types(it)) == ([], ["profile.changed", "profile.changed"])


async def test_nobody_learns_by_a_claim_who_is_registered(it: Running) -> None:
    """R1, R20: by id or by e-mail, the answer and all that can be read later is the same; nobody named sees it."""
    me, other = await registered(it, email=MENTOR), await registered(it, email=MENTEE)
    answers = set()
    for named in ({"email": MENTEE}, {"email": "free@example.org"}, {"other": str(other)}, {"other": str(new_id())}):
        said = await claim(participant(it, me), me, "mentor", **named)
        shown = good(await participant(it, me).get(f"/people/{me}/relationships"))["items"][-1]
        assert shown == said.json()
        relationship = said.json()["relationship"]
        answers.add((said.status_code, said.text.replace(relationship, "")))
        again = await claim(participant(it, me), me, "mentor", **named)
        answers.add((again.status_code + 1, again.text.replace(relationship, "")))
    assert len(answers) == 1
    assert await states(it, other) == []
    assert (await participant(it, other).get(f"/people/{me}/relationships")).status_code == 404


async def test_a_claim_that_is_taken_back_counts_no_more(it: Running) -> None:
    """R1: for neither; the other one's word stays a claim, and matching hears of it."""
    mentor, mentee = await two(it)
    await says(it, mentor, "mentor", email=MENTEE)
    mine = (await says(it, mentee, "mentee", email=MENTOR))["relationship"]
    path = f"/people/{mentee}/relationships/{mine}/withdrawal"
    for _ in range(2):
        assert good(await participant(it, mentee).post(path))["state"] == "withdrawn"
    assert (await states(it, mentor), await states(it, mentee)) == (["claimed"], ["withdrawn"])
    assert (await knows(it, mentor), await knows(it, mentee)) == ([], [])
    assert await types(it) == ["profile.changed"] * 6
    await says(it, mentee, "mentee", other=str(mentor))
    assert (await states(it, mentor), await knows(it, mentee)) == (["confirmed"], [str(mentor)])


async def test_staff_vouch_for_two_whom_they_know(it: Running) -> None:
    """R1: staff of both sites say who is meant; the other one need not speak, and may not be somebody else."""
    mentor, mentee = await two(it)
    third = await registered(it, email="third@example.org")
    mine = (await says(it, mentor, "mentor", email=MENTEE))["relationship"]
    path = f"/people/{mentor}/relationships/{mine}/vouching"
    assert (await participant(it, mentor).post(path, json={"other": str(mentee)})).status_code == 403
    assert (await coordinator(it, "net.af.herat").post(path, json={"other": str(mentee)})).status_code == 404
    assert (await coordinator(it).post(path, json={"other": str(third)})).status_code == 409
    assert (await coordinator(it).post(path, json={"other": str(new_id())})).status_code == 422
    for _ in range(2):
        assert good(await coordinator(it).post(path, json={"other": str(mentee)}))["state"] == "vouched"
    assert (await knows(it, mentor), await knows(it, mentee)) == ([str(mentee)], [str(mentor)])
    assert await states(it, mentee) == []
    assert await types(it) == ["profile.changed"] * 4


async def test_nobody_vouches_for_themself_or_for_whom_they_must_not_meet(it: Running) -> None:
    """R1, trap 17: whatever grants they have."""
    mentor, mentee = await two(it)
    mine = (await says(it, mentor, "mentor", other=str(mentee)))["relationship"]
    path, body = f"/people/{mentor}/relationships/{mine}/vouching", {"other": str(mentee)}
    for person in (mentor, mentee):
        own = it.client(role="coordinator", site=SITE, person=person)
        assert (await own.post(path, json=body)).status_code == 409
    parent = await registered(it, email="parent@example.org")
    guardians = f"/people/{mentee}/guardians"
    good(await coordinator(it).post(guardians, json={"guardian": str(parent), "kind": "parent"}))
    good(await coordinator(it).put(f"{guardians}/{parent}", json={**NO_CONTACT, "verified_how": "document"}))
    own = it.client(role="coordinator", site=SITE, person=parent)
    assert (await own.post(path, json=body)).status_code == 422


async def test_whose_word_it_is(it: Running) -> None:
    """R1: the person's own, or that of whoever enrolled them; staff do not claim for others."""
    mentor, _ = await two(it)
    me = new_id()
    pupil = UUID(good(await facilitator(it, me).post("/people", json={**CARD, "site": SITE, "email": None}))["person"])
    assert (await claim(coordinator(it), pupil, "mentee", email=MENTOR)).status_code == 403
    good(await claim(facilitator(it, me), pupil, "mentee", email=MENTOR))
    await says(it, mentor, "mentor", other=str(pupil))
    assert await states(it, mentor) == ["confirmed"]


async def test_claims_that_cannot_be_are_refused(it: Running) -> None:
    """R1: oneself, nobody, two at once, and guessing without an end."""
    mentor, mentee = await two(it)
    http = participant(it, mentor)
    for named, status in (
        ({}, 422), ({"email": MENTEE, "other": str(mentee)}, 422), ({"email": "nobody"}, 422),
        ({"email": MENTOR}, 409), ({"other": str(mentor)}, 409),
    ):  # fmt: skip
        assert (await claim(http, mentor, "mentor", **named)).status_code == status, named
    for _ in range(10):
        good(await claim(http, mentor, "mentor", other=str(new_id())))
    assert (await claim(http, mentor, "mentor", other=str(mentee))).status_code == 409
