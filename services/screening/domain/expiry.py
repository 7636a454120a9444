"""When it is told that a clearance will end: 60, 30 and 7 days before its last day, each by the clock of UTC."""

from datetime import UTC, date, datetime, time, timedelta

from services.screening.domain.cases import expires_at
from shared.contracts.screening import Notice

NOTICES: tuple[Notice, ...] = (60, 30, 7)


def _moment(valid_until: date, notice: Notice) -> datetime:
    return datetime.combine(valid_until, time(), tzinfo=UTC) - timedelta(days=notice)


def next_notice_at(valid_until: date, now: datetime) -> datetime | None:
    """The next moment at which a notice is told; None where all are past."""
    return min((moment for each in NOTICES if (moment := _moment(valid_until, each)) > now), default=None)


def notice_now(valid_until: date, now: datetime) -> Notice | None:
    """The nearest notice that is due, so that a late timer tells one alone; None before the first and after the end."""
    if now >= expires_at(valid_until):
        return None
    return min((each for each in NOTICES if _moment(valid_until, each) <= now), default=None)
