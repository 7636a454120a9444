"""Applications become submitted once what they wait for is signed (R72)."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain.applications import SUBMITTED
from services.intake.tables import ApplicationRow
from shared.outbox import emit


async def submit_signed(session: AsyncSession, now: datetime, *where: ColumnElement[bool]) -> list[ApplicationRow]:
    """Submit the applications that wait for nothing any more, and tell so. `where` says which to look at."""
    await session.flush()
    ready = await queries.ready_to_submit(session, *where)
    for row, _ in ready:
        row.state, row.submitted_at = SUBMITTED, now
    await emit(session, *(queries.submitted_event(row, kind) for row, kind in ready), at=now)
    return [row for row, _ in ready]
