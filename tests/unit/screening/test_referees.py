"""Who may refer: two who know the person for six months, one of the family at most, never the person themself (R47)."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.references import (
    Referee,
    ReferenceState,
    Relation,
    check_decidable,
    faults_of_referees,
    is_enough,
    wanted,
)
from shared.contracts import Contradiction

TODAY = date(2026, 11, 2)
OWN = "own@example.org"
LONG_AGO = date(2020, 1, 1)

STATES: list[ReferenceState] = list(get_args(ReferenceState))

referees = st.builds(
    Referee,
    st.sampled_from([f"{name}@example.org" for name in ("own", "a", "b", "c", "d")]),
    st.sampled_from(["family", "professional", "friend"]),
    st.dates(date(2020, 1, 1), date(2026, 11, 2)),
)


def faulty_fields(*named: Referee, standing: tuple[Referee, ...] = ()) -> list[tuple[int, str]]:
    """Which of those named are refused, and at which field."""
    return [(place, field) for place, field, _ in faults_of_referees(named, standing, OWN, TODAY)]


@given(st.lists(referees, max_size=6))
def test_whoever_is_let_through_keeps_every_rule(named: list[Referee]) -> None:
    """R47, iMentor: one of the family, six months each, no address twice, not the own one."""
    if faulty_fields(*named):
        return
    assert sum(referee.relation == "family" for referee in named) <= 1
    assert len({referee.email for referee in named} | {OWN}) == len(named) + 1
    assert all((TODAY - referee.known_since).days >= 181 for referee in named)


def test_nobody_is_known_from_a_day_to_come() -> None:
    """R47: also not from the last day that there is, from which no months can be counted."""
    named = [Referee(f"{day}@example.org", "friend", day) for day in (TODAY + timedelta(days=1), date.max)]
    assert faulty_fields(*named) == [(0, "known_since"), (1, "known_since")]


@given(st.lists(st.sampled_from(get_args(Relation)), max_size=8))
def test_the_second_relative_is_named_and_nobody_else(relations: list[Relation]) -> None:
    """R47, iMentor: one of the family at most, in whatever order they are named."""
    named = [Referee(f"{place}@example.org", relation, LONG_AGO) for place, relation in enumerate(relations)]
    family = [place for place, relation in enumerate(relations) if relation == "family"]
    assert faulty_fields(*named) == [(place, "relation") for place in family[1:]]


@given(st.lists(referees, max_size=4), st.lists(referees, max_size=4))
def test_two_rounds_are_as_strict_as_one(first: list[Referee], second: list[Referee]) -> None:
    """R47: nobody gets a second relative in by naming them later."""
    at_once = faulty_fields(*first, *second)
    in_rounds = faulty_fields(*first) + [
        (place + len(first), field) for place, field in faulty_fields(*second, standing=tuple(first))
    ]
    assert in_rounds == at_once


@given(st.dates(date(2020, 1, 1), date(2026, 5, 2)), st.integers(0, 400))
def test_a_longer_acquaintance_is_never_worse(known_since: date, earlier: int) -> None:
    """R47: monotone in time."""
    older = Referee("a@example.org", "friend", known_since - timedelta(days=earlier))
    assert faulty_fields(Referee("a@example.org", "friend", known_since)) == []
    assert faulty_fields(older) == []


def test_six_months_are_six_months_of_the_calendar() -> None:
    """R47: to the day."""
    assert faulty_fields(Referee("a@example.org", "friend", date(2026, 5, 2))) == []
    assert faulty_fields(Referee("a@example.org", "friend", date(2026, 5, 3))) == [(0, "known_since")]


@pytest.mark.parametrize("same", ["OWN@example.org", "own@EXAMPLE.ORG"])
def test_the_applicants_own_address_in_another_case_is_theirs(same: str) -> None:
    """R47: nobody refers for themself."""
    assert faulty_fields(Referee(same, "professional", LONG_AGO)) == [(0, "email")]


def test_the_count_is_the_policys_or_two() -> None:
    """R37, R47: two where nothing says otherwise."""
    assert wanted({"steps": [{"check": "references"}]}) == wanted({}) == 2
    assert wanted({"steps": [{"check": "identity"}, {"check": "references", "count": 3}]}) == 3


@given(st.lists(st.sampled_from(STATES)), st.integers(1, 4))
def test_only_approved_ones_count(states: list[ReferenceState], count: int) -> None:
    """R47: an answer alone passes nothing; a person approves each."""
    assert is_enough(states, count) is (states.count("approved") >= count)


def test_whoever_decides_here_is_no_referee() -> None:
    """R47: and nothing is approved before it was said."""
    with pytest.raises(Contradiction, match="not answered"):
        check_decidable("asked", {}, approves=True)
    with pytest.raises(Contradiction, match="does not refer"):
        check_decidable("answered", {"decides-here": "yes"}, approves=True)
    check_decidable("answered", {"decides-here": "yes"}, approves=False)
    check_decidable("answered", {"decides-here": "no"}, approves=True)
