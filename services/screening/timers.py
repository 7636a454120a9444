"""Deadlines of screening: a clearance tells that it will end, and ends by itself; referees are reminded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.activity import PRUNING, prune
from services.screening.decisions import EXPIRY, NOTICE, arm_notice, expire, give_notice
from services.screening.domain.expiry import notice_now
from services.screening.queries import locked_case
from services.screening.referees import REMINDING, STALLING, on_reminding, on_stalling


async def on_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End a clearance that ran out, once; on the day it did, however late the timer is."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared":
        await expire(session, case, due_at.date(), at=now)


async def on_notice(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Tell that a clearance will end: the nearest notice alone where the timer is late."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared" and case.valid_until:
        if notice := notice_now(case.valid_until, now):
            await give_notice(session, case, notice, at=now)
        await arm_notice(session, case, now)


async def on_pruning(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Forget on which days somebody wrote who has not written for longer than that is kept."""
    await prune(session, UUID(subject))


rules = {PRUNING: on_pruning, EXPIRY: on_expiry, NOTICE: on_notice, REMINDING: on_reminding, STALLING: on_stalling}
