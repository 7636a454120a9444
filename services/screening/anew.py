"""What changed in a case's checks after somebody had worked on it, as a line of its audit (trap 9)."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import ActRow, CaseRow
from shared.ids import new_id


async def note_difference(session: AsyncSession, case: CaseRow, before: Collection[str], at: datetime) -> None:
    """Say how the checks differ from those at the last time that a person did something to the case.

    One line however many changes are heard since, so that their order does not matter; none while nobody did anything.
    """
    if case.version == 1 or case.required == before:
        return
    newest = select(ActRow).where(ActRow.clearance == case.clearance).order_by(ActRow.act.desc()).limit(1)
    last = await session.scalar(newest)
    line = last if last and last.kind == "asked-anew" else None
    worked_on = set(before) - set(line.added) | set(line.removed) if line else set(before)
    added, removed = sorted(set(case.required) - worked_on), sorted(worked_on - set(case.required))
    if line and not added and not removed:
        await session.delete(line)
    elif line:
        line.added, line.removed, line.at = added, removed, at
    elif added or removed:
        line = ActRow(act=new_id(), clearance=case.clearance, kind="asked-anew", actor="screening", at=at)
        line.added, line.removed = added, removed
        session.add(line)
