"""Slots as rows: which are free for a case, and taking one so that nobody else has it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import CaseRow, InterviewRow, SlotRow
from shared.contracts import Contradiction


def above(site: str) -> Sequence[str]:
    """The place and all above it, whose slots serve it too."""
    parts = site.split(".")
    return [".".join(parts[: length + 1]) for length in range(len(parts))]


def free_slots(case: CaseRow, now: datetime) -> Select[SlotRow]:
    """Slots that the applicant may choose: to come, offered for their site, nobody's, and not offered by themself."""
    taken = (
        select(InterviewRow.slot)
        .join(CaseRow, CaseRow.clearance == InterviewRow.clearance)
        .where(InterviewRow.slot == SlotRow.slot, CaseRow.state == "open")
    )
    return select(SlotRow).where(
        SlotRow.starts_at > now,
        SlotRow.withdrawn_at.is_(None),
        SlotRow.site.in_(above(case.site)),
        SlotRow.offered_by != str(case.person),
        ~taken.exists(),
    )


async def slot_of(session: AsyncSession, interview: InterviewRow | None) -> SlotRow | None:
    """The slot that is booked."""
    return await session.get(SlotRow, interview.slot) if interview and interview.slot else None


async def take(session: AsyncSession, case: CaseRow, interview: InterviewRow, slot: UUID, now: datetime) -> SlotRow:
    """Book a slot. Whoever comes second waits for the first one and hears that it is taken. Raises Contradiction."""
    row = await session.get(SlotRow, slot, with_for_update=True)
    if row is None or await session.scalar(free_slots(case, now).where(SlotRow.slot == slot)) is None:
        raise Contradiction("This slot is taken, over, or not for you; choose another one.")
    for other in await session.scalars(select(InterviewRow).where(InterviewRow.slot == slot)):
        other.slot = None  # of a case that needs it no more
        await session.flush()
    interview.slot, interview.state = row.slot, "booked"
    return row
