"""When a clearance ends for want of a signature."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.agreements import UNSIGNED, lapses_at
from services.screening.domain.criteria import CRITERIA
from shared.contracts.intake import Agreement, Signed

GRACE = date(2026, 12, 1)
ASKED = Agreement(document="conduct", version="2", number=2, grace_until=GRACE, previous=["1"])
EARLY = date(2026, 11, 2)

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def test_thirty_whole_days_after_the_grace() -> None:
    """R72: the first moment after the thirtieth day, UTC."""
    assert lapses_at(ASKED, Signed("1", 1), EARLY) == datetime(2027, 1, 1, tzinfo=UTC)
    assert lapses_at(ASKED, None, EARLY) == datetime(2027, 1, 1, tzinfo=UTC)


def test_nothing_lapses_where_nothing_is_to_sign() -> None:
    """R72: the version in force, or a newer one, is signed; no day was set; nothing was told."""
    assert lapses_at(ASKED, Signed("2", 2), EARLY) is None
    assert lapses_at(ASKED, Signed("3", 3), EARLY) is None
    assert lapses_at(ASKED.model_copy(update={"grace_until": None}), None, EARLY) is None
    assert lapses_at(None, None, EARLY) is None


@given(cleared_on=days, later=days)
def test_whoever_is_cleared_has_time_to_sign(cleared_on: date, later: date) -> None:
    """Nobody loses a clearance within 30 days of getting it, and never earlier for having got it later."""
    lapses, after = lapses_at(ASKED, None, cleared_on), lapses_at(ASKED, None, max(cleared_on, later))
    assert lapses is not None
    assert after is not None
    assert lapses.date() - cleared_on > timedelta(days=30)
    assert lapses <= after


def test_the_criterion_is_written_and_none_of_safety() -> None:
    """R48, R54, trap 15: it stands among the criteria, apart from safety."""
    assert CRITERIA["unsigned-policy"] is UNSIGNED
    assert UNSIGNED.category == "scope"
