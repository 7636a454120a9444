"""Notices that a clearance will end."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.cases import expires_at
from services.screening.domain.expiry import NOTICES, next_notice_at, notice_now

LAST = date(2027, 6, 30)
NOW = st.integers(0, 200 * 48).map(lambda halves: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * halves))


@given(NOW)
def test_a_notice_is_told_by_whoever_wakes_at_its_moment(now: datetime) -> None:
    """R29: what is armed is the earliest to come, and when it fires there is one to tell."""
    moment = next_notice_at(LAST, now)
    if moment is None:
        assert notice_now(LAST, now) in (7, None)
    else:
        assert moment > now
        assert notice_now(LAST, moment) is not None
        assert notice_now(LAST, moment) != notice_now(LAST, moment - timedelta(microseconds=1))


@given(NOW, NOW)
def test_the_later_the_nearer(one: datetime, other: datetime) -> None:
    """A late timer tells the nearest notice alone; nothing is told of an end that has come."""
    early, late = sorted((one, other))
    first, second = notice_now(LAST, early), notice_now(LAST, late)
    assert first is None or second is None or second <= first
    assert (second is None) == (late >= expires_at(LAST) or (LAST - late.date()).days > max(NOTICES))
