"""Deadlines of screening: a clearance ends by itself at the end of its last day; referees are reminded."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.decisions import EXPIRY, expire
from services.screening.queries import locked_case
from services.screening.referees import REMINDING, STALLING, on_reminding, on_stalling


async def on_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End a clearance that ran out, once; on the day it did, however late the timer is."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared":
        await expire(session, case, due_at.date(), at=now)


rules = {EXPIRY: on_expiry, REMINDING: on_reminding, STALLING: on_stalling}
