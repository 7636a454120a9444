"""Messages written while the line was stopped, as rows: kept for their sender, who sends them or throws them away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging.domain.stops import check_room
from services.messaging.tables import KeptMessageRow
from shared.ids import new_id


async def kept_by(session: AsyncSession, pair: UUID, sender: UUID) -> Sequence[KeptMessageRow]:
    """What a member keeps in a conversation, oldest first."""
    rows = select(KeptMessageRow).where(KeptMessageRow.pair == pair, KeptMessageRow.sender == sender)
    return (await session.scalars(rows.order_by(KeptMessageRow.message))).all()


async def keep(
    session: AsyncSession, pair: UUID, sender: UUID, written: dict[str, Any], now: datetime
) -> KeptMessageRow:
    """Keep a message. Raises Contradiction where there is no room; whoever calls this holds the conversation."""
    check_room(len(await kept_by(session, pair, sender)))
    row = KeptMessageRow(message=new_id(), pair=pair, sender=sender, kept_at=now, **written)
    session.add(row)
    return row
