"""The free week: people say it in local hours, matching compares it in UTC (R7)."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

HOURS = 168
HOUR = 3600


def utc_hours(free: Iterable[int], zone: str, now: datetime) -> list[int]:
    """Local hours of the week (0 = Monday 00:00) as hours of the UTC week, by the zone's offset at `now`.

    In a zone off the full hour (Asia/Kabul, +4:30) a UTC hour meets two local ones: it is free only if both are, so
    that nobody is offered an hour which they have but half.
    """
    local = set(free)
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    return [hour for hour in range(HOURS) if _local(hour, seconds) <= local]


def _local(hour: int, offset: int) -> set[int]:
    start = hour * HOUR + offset
    return {start // HOUR % HOURS, (start + HOUR - 1) // HOUR % HOURS}
