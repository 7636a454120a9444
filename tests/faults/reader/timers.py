"""What happens when an alarm of the reader is due."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.deadlines import Rule
from shared.outbox import emit
from tests.faults.contracts.reader import BellRung
from tests.faults.reader.handlers import RING
from tests.faults.reader.tables import AlarmRow


async def ring(session: AsyncSession, subject: str, _due_at: datetime, now: datetime) -> None:
    """Ring, and tell of it."""
    await session.execute(update(AlarmRow).where(AlarmRow.entry == UUID(subject)).values(state="rung"))
    await emit(session, BellRung(entry=UUID(subject), site="net.af.kabul"), at=now)


rules: dict[str, Rule] = {RING: ring}
