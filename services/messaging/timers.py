"""What happens when a deadline of messaging fires."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging import clocks
from services.messaging.absences import AWAY_END, end
from shared.deadlines import Rule
from shared.outbox import emit


async def reply_overdue(session: AsyncSession, subject: str, _due_at: datetime, now: datetime) -> None:
    """Tell that an answer is owed past its limit (R9); a debt whose clock was paused meanwhile waits on."""
    await emit(session, *await clocks.became_overdue(session, UUID(subject), now), at=now)


async def away_end(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Tell that an absence is over, at the time its notice gave (R11)."""
    await emit(session, *await end(session, UUID(subject), due_at), at=now)


rules: dict[str, Rule] = {clocks.OVERDUE: reply_overdue, AWAY_END: away_end}
