"""When two people become a pair, what is told of it, and that proposals do not stand for ever."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.matching.domain.pairing import (
    SENTENCES,
    Pair,
    Party,
    Refusal,
    engaged,
    is_frozen,
    proposal_refusal,
    refusals,
    standing,
)
from services.matching.domain.pool import Clearance
from shared.contracts import RoleKind
from tests.unit.matching.people import KABUL, person, profile

TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
MENTOR, MENTEE = RoleKind.MENTOR, RoleKind.MENTEE


def party(number: int = 1, *roles: RoleKind, hours: float | None = 1.0, **values: Any) -> Party:
    """Somebody about to be paired."""
    known = profile(weekly_hours=hours) if hours is not None else None
    return Party(person(number), frozenset(roles), known, **values)


@pytest.mark.parametrize(
    ("mentor", "mentee", "before", "expected"),
    [
        (party(1, MENTOR), party(2, MENTEE), False, []),
        (party(1, MENTOR), party(2, MENTEE), True, [Refusal.PAIRED_BEFORE]),
        (party(1), party(2, MENTEE), False, [Refusal.MENTOR_NOT_CLEARED]),
        (party(1, MENTEE), party(2, MENTOR), False, [Refusal.MENTOR_NOT_CLEARED, Refusal.MENTEE_NOT_CLEARED]),
        (party(1, MENTOR, pairs=1), party(2, MENTEE), False, [Refusal.MENTOR_HOURS_FULL]),
        (party(1, MENTOR, pairs=1, hours=2.0), party(2, MENTEE), False, []),
        (party(1, MENTOR, hours=None), party(2, MENTEE, hours=None), False, []),
        (party(1, MENTOR, pairs=1, hours=None), party(2, MENTEE), False, [Refusal.MENTOR_HOURS_FULL]),
        (party(1, MENTOR), party(2, MENTEE, pairs=1), False, [Refusal.MENTEE_HOURS_FULL]),
        (
            party(1, MENTOR),
            party(2, MENTEE, pairs=1, hours=2.0, has_mentor_here=True),
            False,
            [Refusal.MENTEE_HAS_MENTOR],
        ),
    ],
)
def test_what_stands_against_a_pair(mentor: Party, mentee: Party, before: bool, expected: list[Refusal]) -> None:
    """R1, R7, trap 14: never without screening, never beyond hours, never the same two again."""
    assert refusals(mentor, mentee, paired_before=before) == expected


def test_what_one_request_pairs_it_counts() -> None:
    """R7, trap 14: a mentor of one hour named twice in one confirmation gets one mentee."""
    mentor, first, second = party(1, MENTOR), party(2, MENTEE), party(3, MENTEE)
    engaged(mentor, first)
    assert refusals(mentor, second, paired_before=False) == [Refusal.MENTOR_HOURS_FULL]
    assert Refusal.MENTEE_HAS_MENTOR in refusals(party(4, MENTOR), first, paired_before=False)


@pytest.mark.parametrize(
    ("state", "expires_on", "expected"),
    [
        ("pending", TODAY, None),
        ("pending", TODAY - DAY, Refusal.EXPIRED),
        ("replaced", TODAY + DAY, Refusal.REPLACED),
    ],
)
def test_proposals_do_not_stand_for_ever(state: str, expires_on: date, expected: Refusal | None) -> None:
    """The newest run stands, for two weeks."""
    assert proposal_refusal(state, expires_on, TODAY) is expected


@pytest.mark.parametrize(
    ("until", "state", "frozen"),
    [(TODAY, "cleared", False), (TODAY - DAY, "cleared", True), (TODAY, "ended", True), (None, "declined", True)],
)
def test_a_pair_is_frozen_while_a_clearance_does_not_stand(until: date | None, state: str, frozen: bool) -> None:
    """Trap 7."""
    said = [
        Clearance(person(1), MENTOR, KABUL, "cleared", TODAY, TODAY),
        Clearance(person(2), MENTEE, KABUL, state, until, TODAY),
    ]
    assert is_frozen(person(1), person(2), standing(said, TODAY)) is frozen
    assert is_frozen(person(2), person(1), standing(said, TODAY)) is True


def test_every_refusal_is_a_sentence() -> None:
    """Errors tell what to do."""
    assert SENTENCES.keys() == set(Refusal)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_a_pair_is_told_with_its_members_in_order() -> None:
    """The beginning and the end name the same pair."""
    pair = Pair(person(9), "p@net.af.kabul", KABUL, "net.jo", "nominated", person(1), person(2))
    matched, closed = pair.matched(), pair.closed(TODAY)
    assert [(member.person, member.role) for member in matched.members] == [(person(1), MENTOR), (person(2), MENTEE)]
    assert matched.model_dump(exclude={"term_ends"}) == closed.model_dump(exclude={"closed_on"})
    assert (matched.subject, closed.subject, matched.sites) == (f"pair/{person(9)}",) * 2 + ((KABUL, "net.jo"),)
