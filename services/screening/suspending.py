"""Clearances of staff whom an open conduct case freezes: they stay decided, and are told as ended meanwhile (R57)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.decisions import told
from services.screening.queries import is_frozen
from services.screening.tables import CaseRow
from shared.outbox import emit
from shared.standing import GRANTED_KINDS


async def settle(session: AsyncSession, people: Collection[UUID], now: datetime) -> None:
    """Stop the clearances of who is frozen now, and let those of the others go on; each change is told once.

    Undecided cases are locked, too: whoever clears one of them meanwhile is waited for, or sees the freeze.
    """
    cases = select(CaseRow).where(CaseRow.person.in_(people), CaseRow.kind.in_(GRANTED_KINDS))
    locked = cases.order_by(CaseRow.clearance).with_for_update().execution_options(populate_existing=True)
    for case in (await session.scalars(locked)).all():
        frozen = await is_frozen(session, case.person)
        if case.state == "cleared" and frozen != (case.suspended_at is not None):
            case.suspended_at = now if frozen else None
            await emit(session, told(case), at=now)
