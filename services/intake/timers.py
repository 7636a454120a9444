"""Deadlines of intake: somebody comes of age, a consent runs out. Both on the day where the person lives."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.coming_of_age import COMING_OF_AGE, come_of_age
from services.intake.consents import EXPIRY, settle
from services.intake.tables import ConsentRow, PersonRow
from shared.deadlines import Rule


async def on_coming_of_age(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End the access of guardians, and ask the person anew."""
    holder = await _held(session, UUID(subject))
    if holder:
        await come_of_age(session, holder, now)


async def on_consent_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """A consent's last day is over, unless it was given anew meanwhile."""
    person = await session.scalar(select(ConsentRow.person).where(ConsentRow.consent == UUID(subject)))
    holder = await _held(session, person) if person else None
    if holder:
        await settle(session, holder, now)


async def _held(session: AsyncSession, person: UUID) -> PersonRow | None:
    return await session.get(PersonRow, person, with_for_update={"key_share": True})


rules: dict[str, Rule] = {COMING_OF_AGE: on_coming_of_age, EXPIRY: on_consent_expiry}
