"""Applications that are not pursued any more: withdrawn, on hold, or given up for another role."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain.applications import DRAFT, SUBMITTED, State
from services.intake.tables import AnswersRow, ApplicationRow, RoleRow
from shared.outbox import emit


async def close(session: AsyncSession, row: ApplicationRow, state: State, now: datetime) -> None:
    """Close an application, already locked. The others hear of it where they heard that it was submitted."""
    was = row.state
    row.state, row.closed_at = state, row.closed_at or now
    if was == SUBMITTED:
        role = await session.get_one(RoleRow, row.role)
        await emit(session, queries.withdrawn_event(row, role.kind), at=now)
    if was == DRAFT and (answered := await session.get(AnswersRow, row.application)):
        await session.delete(answered)  # nobody was given them to read
    await session.flush()
