"""Nominations, pairs and their closing, and the pool."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OFFERING,
    OTHER_OFFERING,
    STRANGER,
    Factory,
    admit,
    applied,
    call,
    cleared,
    close,
    declined,
    ended,
    nominate,
    offering,
    paired,
    person,
    tables,
)
from tests.support.running import BEGINNING


@pytest.mark.parametrize(
    ("who", "waits"), [(["mentor"], "mentee"), (["mentee"], "mentor"), ([], "mentor"), (["mentor", "mentee"], None)]
)
async def test_nominated_people_are_screened_like_all(running: Factory, who: list[str], waits: str | None) -> None:
    """R1: knowing each other skips the run, never screening; the answer names who waits."""
    it = await running("matching")
    await it.hear(offering())
    for kind in who:
        await it.hear(cleared(MENTOR if kind == "mentor" else MENTEE, kind))
    answer = await nominate(it)
    assert answer.status_code == (409 if waits else 201)
    if waits:
        assert waits in [error["field"] for error in answer.json()["errors"]]
        assert f"The {waits} is not cleared for this offering" in answer.json()["detail"]
    assert len(await it.emitted()) == (0 if waits else 1)


async def test_a_clearance_for_another_offering_or_role_does_not_count(running: Factory) -> None:
    """R39: each role is cleared separately."""
    it = await running("matching")
    await it.hear(offering())
    await it.hear(cleared(MENTOR, "mentor", OTHER_OFFERING))
    await it.hear(cleared(MENTEE, "mentor"))
    answer = await nominate(it)
    assert [error["field"] for error in answer.json()["errors"]] == ["mentor", "mentee"]


async def test_a_nomination_is_told_once_and_its_reason_never(running: Factory) -> None:
    """The same nomination again returns the pair; who vouched stays with the site's staff (R1)."""
    it, pair = await paired(running)
    again = await nominate(it)
    assert (again.status_code, again.json()["pair"]) == (200, pair)
    (told,) = await it.emitted()
    assert (told.type, told.data["pair_kind"], told.data["pair"]) == ("rapport.pair.matched.v1", "nominated", pair)
    assert "office" not in told.model_dump_json()
    assert again.json()["vouched_by"] == "They shared an office."
    seen = await call(it, "GET", f"/pairs/{pair}", who=MENTOR, role="participant")
    assert (seen.status_code, seen.json()["vouched_by"]) == (200, None)


async def test_nobody_is_nominated_to_themself(running: Factory) -> None:
    """Section 4."""
    it = await running("matching")
    await it.hear(offering())
    await it.hear(cleared(MENTOR, "mentor"))
    await it.hear(cleared(MENTOR, "mentee"))
    assert (await nominate(it, MENTOR, MENTOR)).status_code == 422


@pytest.mark.parametrize(("mentor", "mentee"), [(MENTOR, STRANGER), (STRANGER, MENTEE)])
async def test_a_nomination_keeps_to_hours_and_to_one_mentor(running: Factory, mentor: UUID, mentee: UUID) -> None:
    """R7, trap 14: never beyond hours."""
    it, _ = await paired(running)
    await admit(it, STRANGER, "mentor", weekly_hours=5)
    await admit(it, STRANGER, "mentee", weekly_hours=5)
    answer = await nominate(it, mentor, mentee)
    assert answer.status_code == 409
    assert "mentor" in answer.json()["detail"]
    assert len((await tables(it))["pair"]) == 1


async def test_closing_is_told_once_and_its_reason_never(running: Factory) -> None:
    """Rule 5: the reason stays here, for the staff of the site."""
    it, pair = await paired(running)
    first = await close(it, pair, "Something private.")
    again = await close(it, pair, "Another reason.")
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert (first.json()["state"], first.json()["closed_on"]) == ("closed", BEGINNING.date().isoformat())
    assert first.json()["closure_reason"] == "Something private."
    told = await it.emitted()
    assert [(one.type, one.subject, one.sequence) for one in told] == [
        ("rapport.pair.matched.v1", f"pair/{pair}", "0001.0000000001"),
        ("rapport.pair.closed.v1", f"pair/{pair}", "0001.0000000002"),
    ]
    assert "private" not in told[1].model_dump_json()
    for who in (MENTOR, MENTEE):
        seen = await call(it, "GET", f"/pairs/{pair}", who=who, role="participant")
        assert seen.json()["closure_reason"] is None


async def test_a_closed_pair_is_not_nominated_again(running: Factory) -> None:
    """Trap 14: never to a person previously unmatched."""
    it, pair = await paired(running)
    await close(it, pair)
    answer = await nominate(it)
    assert answer.status_code == 409
    assert "are or were a pair" in answer.json()["detail"]


async def test_two_people_are_paired_in_one_direction_only(running: Factory) -> None:
    """Section 4: a pair of these two exists already, also with the parts exchanged."""
    it, _ = await paired(running)
    await admit(it, MENTEE, "mentor", weekly_hours=3)
    await admit(it, MENTOR, "mentee", weekly_hours=3)
    answer = await nominate(it, MENTEE, MENTOR)
    assert answer.status_code == 409
    assert "are or were a pair" in answer.json()["detail"]


@pytest.mark.parametrize(("who", "kind"), [(MENTOR, "mentor"), (MENTEE, "mentee")])
async def test_a_pair_freezes_when_a_clearance_ends(running: Factory, who: UUID, kind: str) -> None:
    """Trap 7: the pair stays, nobody is told why."""
    it, pair = await paired(running)
    await it.hear(ended(who, kind), sequence=2)
    seen = (await call(it, "GET", "/pairs")).json()["items"]
    assert [(one["pair"], one["state"], one["frozen"]) for one in seen] == [(pair, "open", True)]
    assert len(await it.emitted()) == 1
    await it.hear(cleared(who, kind), sequence=3)
    assert (await call(it, "GET", f"/pairs/{pair}")).json()["frozen"] is False


async def test_a_pair_freezes_by_the_clock(running: Factory) -> None:
    """Trap 7: a clearance that lapses, before screening tells of it."""
    it, pair = await paired(running)
    it.set_clock(BEGINNING + timedelta(days=400))
    assert (await call(it, "GET", f"/pairs/{pair}")).json()["frozen"] is True
    assert (await close(it, pair)).json()["frozen"] is False


async def test_pairs_are_listed_in_pages(running: Factory) -> None:
    """Newest first; filters by offering, person and state."""
    it, first = await paired(running)
    await admit(it, MENTOR, "mentor", weekly_hours=9)
    pairs = [first]
    for number in (0x71, 0x72):
        await admit(it, person(number), "mentee")
        pairs.append((await nominate(it, MENTOR, person(number))).json()["pair"])
    page = (await call(it, "GET", "/pairs", params={"limit": 2})).json()
    rest = (await call(it, "GET", "/pairs", params={"limit": 2, "cursor": page["next"]})).json()
    assert [one["pair"] for one in page["items"] + rest["items"]] == pairs[::-1]
    assert rest["next"] is None
    await close(it, first)
    for query, expected in [
        ({"person": str(person(0x71))}, [pairs[1]]),
        ({"state": "closed"}, [first]),
        ({"offering": OTHER_OFFERING}, []),
        ({"offering": OFFERING, "state": "open"}, pairs[:0:-1]),
    ]:
        assert [one["pair"] for one in (await call(it, "GET", "/pairs", params=query)).json()["items"]] == expected


async def test_the_pool_says_who_can_be_paired_and_why_not(running: Factory) -> None:
    """Section 4 (1): a named reason; declined people are in no list (trap 15), and no profile is shown."""
    it, _ = await paired(running)
    await admit(it, person(0x81), "mentor", weekly_hours=3, since=BEGINNING - timedelta(days=4))
    await it.hear(applied(person(0x82), "mentee"))
    await it.hear(applied(person(0x83), "mentee"))
    await it.hear(declined(person(0x83), "mentee"))
    await it.hear(cleared(person(0x84), "mentee"))
    await it.hear(cleared(person(0x85), "mentor", until=BEGINNING.date() - timedelta(days=1)))
    await it.hear(cleared(person(0x86), "facilitator"))
    pool = (await call(it, "GET", "/pool", params={"offering": OFFERING})).json()
    seen = {one["person"]: (one["role"], one["places"], one["reason"], one["pairs"]) for one in pool["items"]}
    assert seen == {
        str(MENTOR): ("mentor", 0, "hours-full", 1),
        str(MENTEE): ("mentee", 0, "has-mentor", 1),
        str(person(0x81)): ("mentor", 3, None, 0),
        str(person(0x82)): ("mentee", 0, "being-screened", 0),
        str(person(0x84)): ("mentee", 0, "profile-not-read", 0),
        str(person(0x85)): ("mentor", 0, "clearance-lapsed", 0),
    }
    assert pool["counts"] == {
        "mentors": 1, "mentees": 0, "places": 3,
        "unavailable": dict.fromkeys(
            ("being-screened", "clearance-lapsed", "has-mentor", "hours-full", "profile-not-read"), 1
        ),
    }  # fmt: skip
    assert {one["waiting_days"] for one in pool["items"] if one["person"] == str(person(0x81))} == {4}
    assert "languages" not in str(pool)


@pytest.mark.parametrize("kind", ["facilitator", "staff", "moderator", "screener", "coordinator"])
async def test_other_kinds_of_roles_are_heard_and_never_paired(running: Factory, kind: str) -> None:
    """Whoever is cleared for work beside the pairs comes into no pool, and can be nominated by nobody."""
    it = await running("matching")
    await it.hear(offering())
    await it.hear(applied(STRANGER, kind))
    await it.hear(cleared(MENTOR, kind))
    await it.hear(cleared(MENTEE, "mentee"))
    await it.hear(ended(person(0x91), kind))
    assert await it.dead() == []
    pool = (await call(it, "GET", "/pool", params={"offering": OFFERING})).json()["items"]
    assert [one["person"] for one in pool] == [str(MENTEE)]
    assert (await nominate(it)).status_code == 409


async def test_the_pool_is_listed_in_pages(running: Factory) -> None:
    """Keyset paging: role and id."""
    it = await running("matching")
    await it.hear(offering())
    for number in range(5):
        await admit(it, person(0x90 + number), "mentee" if number % 2 else "mentor")
    seen, after = [], None
    while True:
        query = {"offering": OFFERING, "limit": 2} | ({"cursor": after} if after else {})
        page = (await call(it, "GET", "/pool", params=query)).json()
        seen += [one["person"] for one in page["items"]]
        if not (after := page["next"]):
            break
    assert seen == [str(person(0x90 + number)) for number in (1, 3, 0, 2, 4)]
    broken = await call(it, "GET", "/pool", params={"offering": OFFERING, "cursor": "x"})
    assert broken.status_code == 422


@pytest.mark.parametrize("text", ["", "   ", "x" * 501, "a\x00b"])
async def test_free_text_has_limits(running: Factory, text: str) -> None:
    """A reason is needed, is short and can be stored."""
    it, pair = await paired(running)
    assert (await close(it, pair, text)).status_code == 422
