"""Away notices as rows: announced, ended once, and what that does to the person's reply clocks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging import clocks
from services.messaging.tables import AwayNoticeRow, DebtRow
from shared.contracts.messaging import AwayAnnounced, AwayEnded
from shared.deadlines import arm, cancel

AWAY_END = "away-end"


async def announce(session: AsyncSession, notice: AwayNoticeRow) -> list[AwayAnnounced]:
    """Keep a notice; the person's clocks stand still meanwhile (R11)."""
    await clocks.hold_people(session, [notice.person])
    session.add(notice)
    await arm(session, AWAY_END, str(notice.away), notice.ends)
    await clocks.compute_anew(session, DebtRow.debtor == notice.person)
    return [announced(notice)]


async def end_early(session: AsyncSession, notice: AwayNoticeRow, now: datetime) -> list[AwayEnded]:
    """The person is back, or will not go; their clocks go on. Nothing to tell where the notice has ended before."""
    await clocks.hold_people(session, [notice.person])
    await cancel(session, AWAY_END, str(notice.away))
    news = await end(session, notice.away, min(now, notice.ends))
    await clocks.compute_anew(session, DebtRow.debtor == notice.person)
    return news


async def end(session: AsyncSession, away: UUID, ended_at: datetime) -> list[AwayEnded]:
    """Let a notice be over, once."""
    notice = await session.get_one(AwayNoticeRow, away, with_for_update=True, populate_existing=True)
    if notice.ended_at is not None:
        return []
    notice.ended_at = ended_at
    return [ended(notice, ended_at)]


def announced(notice: AwayNoticeRow) -> AwayAnnounced:
    """What is told of a notice."""
    return AwayAnnounced(
        away=notice.away, person=notice.person, site=notice.site, starts=notice.starts, ends=notice.ends
    )


def ended(notice: AwayNoticeRow, ended_at: datetime) -> AwayEnded:
    """What is told of a notice that is over."""
    return AwayEnded(**announced(notice).model_dump(), ended_at=ended_at)
