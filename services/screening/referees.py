"""Asking referees as rows: the letter that is to be sent, a reminder after five days, a stall after ten."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.references import AWAITED, REMINDER, STALL
from services.screening.tables import ReferenceLetterRow, ReferenceRow
from services.screening.tables.references import Letter
from shared.deadlines import arm, cancel
from shared.ids import new_id

REMINDING, STALLING = "reference-reminder", "reference-stall"
PURPOSE = "reference"
"""What links to referees are signed for."""


async def references_of(session: AsyncSession, clearance: UUID) -> Sequence[ReferenceRow]:
    """Everybody who was named in a case, in that order."""
    rows = select(ReferenceRow).where(ReferenceRow.clearance == clearance).order_by(ReferenceRow.reference)
    return (await session.scalars(rows)).all()


async def ask(session: AsyncSession, row: ReferenceRow, at: datetime) -> None:
    """Let a letter be sent, and wait for the answer from now on."""
    row.state, row.asked_at = "asked", at
    session.add(row)
    await session.flush()  # its letter names it
    _write(session, row, "request", at)
    await arm(session, REMINDING, str(row.reference), at + REMINDER)
    await arm(session, STALLING, str(row.reference), at + STALL)


async def stop_asking(session: AsyncSession, row: ReferenceRow) -> None:
    """Nothing more is to be sent to this referee."""
    await cancel(session, REMINDING, str(row.reference))
    await cancel(session, STALLING, str(row.reference))
    unsent = ReferenceLetterRow.reference == row.reference, ReferenceLetterRow.sent_at.is_(None)
    await session.execute(delete(ReferenceLetterRow).where(*unsent))


async def on_reminding(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """A letter that reminds, while no answer came."""
    if row := await _awaited(session, subject):
        _write(session, row, "reminder", due_at)


async def on_stalling(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """The case shows that no answer came; a late one is taken."""
    if row := await _awaited(session, subject):
        row.state = "stalled"


def _write(session: AsyncSession, row: ReferenceRow, kind: Letter, due_at: datetime) -> None:
    session.add(ReferenceLetterRow(letter=new_id(), reference=row.reference, kind=kind, due_at=due_at))


async def _awaited(session: AsyncSession, reference: str) -> ReferenceRow | None:
    row = await session.get(ReferenceRow, UUID(reference), with_for_update=True)
    return row if row and row.state in AWAITED else None
