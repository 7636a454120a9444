"""Deadlines of screening: a clearance ends after its last day, or unsigned; referees are reminded; ages move."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.agreements import LAPSE, Cleared, lapses_of, look_at
from services.screening.decisions import EXPIRY, expire, lapse
from services.screening.queries import locked_case
from services.screening.referees import REMINDING, STALLING, on_reminding, on_stalling
from services.screening.senders import BIRTHDAY
from services.screening.tables import FactsRow


async def on_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End a clearance that ran out, once; on the day it did, however late the timer is."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared":
        await expire(session, case, due_at.date(), at=now)


async def on_lapse(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End the clearance of who has still not signed; a signature or a later day that was missed is seen now."""
    case = await locked_case(session, UUID(subject))
    if case is None or case.state != "cleared" or case.decided_at is None:
        return
    cleared = Cleared(case.clearance, case.person, case.offering, case.decided_at.date())
    lapses = (await lapses_of(session, [cleared]))[case.clearance]
    if lapses and lapses <= now:
        await lapse(session, case, due_at.date(), at=now)
    else:
        await look_at(session, [cleared])


async def on_facts_until(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Facts of a person count no longer: a birthday, or a month; they are read anew where a case needs them."""
    await session.execute(update(FactsRow).where(FactsRow.person == UUID(subject)).values(state="stale"))


rules = {EXPIRY: on_expiry, LAPSE: on_lapse, BIRTHDAY: on_facts_until, REMINDING: on_reminding, STALLING: on_stalling}
