"""What changed in the checks of cases after somebody had worked on them, as a line of their audit (trap 9)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import ActRow, CaseRow
from shared.ids import new_id


async def note_differences(
    session: AsyncSession, cases: Sequence[CaseRow], before: Mapping[UUID, Collection[str]], at: datetime
) -> None:
    """Say how the checks differ from those at the last time that a person did something to the case.

    One line of a case however many changes are heard since, so that their order does not matter; none while nobody did
    anything. `before` are the checks before this change.
    """
    changed = [case for case in cases if case.version > 1 and case.required != before[case.clearance]]
    if not changed:
        return
    newest = select(ActRow).where(ActRow.clearance.in_([case.clearance for case in changed]))
    newest = newest.ext(distinct_on(ActRow.clearance)).order_by(ActRow.clearance, ActRow.act.desc())
    last = {act.clearance: act for act in await session.scalars(newest) if act.kind == "asked-anew"}
    for case in changed:
        await _note(session, case, before[case.clearance], last.get(case.clearance), at)


async def _note(
    session: AsyncSession, case: CaseRow, before: Collection[str], line: ActRow | None, at: datetime
) -> None:
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
