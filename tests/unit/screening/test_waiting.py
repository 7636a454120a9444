"""What mentees are told of their case, and how coarse a place on a list is."""

from collections import Counter
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.cases import State
from services.screening.domain.waiting import BANDS, FEWEST, band_of, check_may_wait, check_referral, told_of
from shared.contracts import Contradiction, RoleKind

TODAY = date(2026, 11, 2)


@given(st.integers(min_value=1, max_value=300))
def test_nobody_is_alone_in_a_band(size: int) -> None:
    """Whoever compares what they were told finds at least four others who were told the same."""
    counts = Counter(band_of(ahead, size) for ahead in range(size))
    assert len(counts) == 1 or min(counts.values()) >= FEWEST


@given(st.integers(min_value=1, max_value=300), st.data())
def test_nearer_to_the_front_is_never_told_later(size: int, data: st.DataObject) -> None:
    """The bands follow the order of the list."""
    places = sorted(data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2)))
    first, second = (BANDS.index(band_of(ahead, size)) for ahead in places)
    assert first <= second


def test_a_long_list_has_all_three_bands_and_a_short_one_says_nothing() -> None:
    """A list of fourteen tells its first and its last the same."""
    assert {band_of(ahead, 14) for ahead in range(14)} == {"soon"}
    assert [band_of(ahead, 15) for ahead in (0, 4, 5, 9, 10, 14)] == ["next", "next", "soon", "soon", "later", "later"]


@pytest.mark.parametrize("day", [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=367)])
def test_the_day_of_the_next_news_lies_ahead(day: date) -> None:
    """Nobody waits without a day on which they hear again."""
    with pytest.raises(Contradiction, match="hear again"):
        check_may_wait(RoleKind.MENTEE, day, TODAY)
    check_may_wait(RoleKind.MENTEE, TODAY + timedelta(days=1), TODAY)


@pytest.mark.parametrize("kind", [kind for kind in RoleKind if kind is not RoleKind.MENTEE])
def test_waiting_lists_and_referrals_are_for_mentees(kind: RoleKind) -> None:
    """A volunteer is cleared or declined."""
    with pytest.raises(Contradiction, match="mentees"):
        check_may_wait(kind, TODAY + timedelta(days=1), TODAY)
    with pytest.raises(Contradiction, match="mentees"):
        check_referral(kind, "The city's library")
    check_referral(kind, None)


def test_each_state_of_a_case_reads_as_one_outcome() -> None:
    """R54, trap 15: of a decline only a referral is told apart, and no state is without words."""
    told = {state: told_of(state, waits=False, is_referred=False) for state in get_args(State)}
    assert told == {
        "waiting": "undecided", "open": "undecided", "proposed": "undecided", "cleared": "admitted",
        "declined": "not-in-scope", "ended": "ended", "withdrawn": "withdrawn",
    }  # fmt: skip
    assert told_of("declined", waits=False, is_referred=True) == "referred-on"
    assert told_of("open", waits=True, is_referred=False) == "waiting-list"
