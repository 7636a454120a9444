"""What a renewal takes over, and who hears an appeal."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.cases import Result, State
from services.screening.domain.following import (
    APPEAL_TIME,
    RENEWAL_AHEAD,
    carried,
    check_appealable,
    check_hearer,
    check_renewable,
    decided_on,
)
from shared.contracts import Contradiction

LAST = date(2027, 6, 30)
NEAR = st.integers(-400, 400).map(lambda days: LAST + timedelta(days=days))
RESULTS = st.dictionaries(
    st.sampled_from(["identity", "references", "interview"]),
    st.builds(Result, st.sampled_from(["passed", "failed"]), st.none() | NEAR),
)


@given(RESULTS)
def test_only_what_outlives_the_old_clearance_is_taken_over(results: Mapping[str, Result]) -> None:
    """R29: what is carried stands on the day after the old clearance's last; a check without an end is done anew."""
    for check in results:
        stands_after = results[check].valid_until is not None and results[check].stands(LAST + timedelta(days=1))
        assert (check in carried(results, LAST)) == stands_after


@given(today=NEAR, state=st.sampled_from(get_args(State)))
def test_a_clearance_is_renewed_when_its_end_is_near(today: date, state: State) -> None:
    """R29: not before 90 days ahead, and nothing but a clearance that stands."""
    may = state == "cleared" and today >= LAST - RENEWAL_AHEAD
    try:
        check_renewable(state, LAST, today)
    except Contradiction:
        assert not may
    else:
        assert may


@given(today=NEAR, state=st.sampled_from(get_args(State)), by_decision=st.booleans())
def test_an_appeal_is_against_a_decision_and_in_time(today: date, state: State, by_decision: bool) -> None:
    """R48: thirty days from the refusal or the end; not against a clearance that just ran out."""
    day = decided_on(state, datetime(2027, 6, 30, 12, tzinfo=UTC), LAST, by_decision=by_decision)
    may = (state == "declined" or (state == "ended" and by_decision)) and today <= LAST + APPEAL_TIME
    try:
        check_appealable(state, day, today)
    except Contradiction:
        assert not may
    else:
        assert may


@given(hearer=st.integers(1, 4), took_part=st.frozensets(st.integers(1, 4)))
def test_whoever_decided_does_not_hear_the_appeal(hearer: int, took_part: frozenset[int]) -> None:
    """Trap 17: nobody judges their own judgement."""
    people = {str(UUID(int=each)) for each in took_part}
    try:
        check_hearer(UUID(int=hearer), people)
    except Contradiction:
        assert hearer in took_part
    else:
        assert hearer not in took_part


def test_a_client_hears_no_appeal() -> None:
    """Trap 17: a token of no person says nothing of who decided."""
    with pytest.raises(Contradiction, match="by a person"):
        check_hearer(None, ())
