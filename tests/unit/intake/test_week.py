"""The free week in UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.texts import zones
from services.intake.domain.week import HOURS, utc_hours

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""A Monday."""

weeks = st.sets(st.integers(0, 167))
moments = st.integers(0, 6 * 365 * 24).map(lambda hours: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hours))
any_zone = st.sampled_from(sorted(zones()))


def test_a_half_hour_zone_counts_only_whole_hours() -> None:
    """Kabul is +4:30: free on Monday from 18:00 to 21:00 is free in UTC from 14:00 to 16:00, not from 13:30."""
    assert utc_hours([18, 19, 20], "Asia/Kabul", NOW) == [14, 15]
    assert utc_hours([18], "Asia/Kabul", NOW) == []


def test_the_week_is_a_circle() -> None:
    """Monday 00:00 in Kabul is still Sunday in UTC; Sunday evening in New York is already Monday."""
    assert utc_hours([0, 1], "Asia/Kabul", NOW) == [164]
    assert utc_hours([167], "America/New_York", NOW) == [4]


def test_the_offset_is_the_one_of_now() -> None:
    """The same local hour is another one in UTC when summer time begins."""
    winter, summer = datetime(2027, 1, 11, tzinfo=UTC), datetime(2027, 7, 12, tzinfo=UTC)
    assert utc_hours([20], "Europe/Berlin", winter) == [19]
    assert utc_hours([20], "Europe/Berlin", summer) == [18]


@given(weeks, any_zone, moments)
def test_every_minute_of_a_utc_hour_is_free(free: set[int], zone: str, now: datetime) -> None:
    """An hour that matching sees is free from its first to its last minute, in every zone of the world."""
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    minutes = offset // timedelta(minutes=1)
    for hour in utc_hours(free, zone, now):
        assert {(hour * 60 + minute + minutes) // 60 % HOURS for minute in range(60)} <= free


@given(weeks, any_zone, moments)
def test_nothing_is_lost_but_halves(free: set[int], zone: str, now: datetime) -> None:
    """In zones on the full hour nothing is lost; in others at most one hour for each stretch of free time."""
    found = utc_hours(free, zone, now)
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    stretches = sum(1 for hour in free if (hour - 1) % HOURS not in free)
    lost = 0 if offset % timedelta(hours=1) == timedelta() else stretches
    assert len(found) == len(free) - lost
    assert found == sorted(set(found))


@given(any_zone, moments)
def test_all_week_is_all_week(zone: str, now: datetime) -> None:
    """Who is always free is always free."""
    assert utc_hours(range(HOURS), zone, now) == list(range(HOURS))
