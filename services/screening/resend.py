"""How screening tells its current state anew (`rapport events resend`)."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import conduct
from services.screening.decisions import told
from services.screening.tables import ActRow, CaseRow, ConductCaseRow
from shared.contracts.screening import (
    CaseClosed,
    CaseOpened,
    ClearanceEnded,
    ClearanceExpiring,
    ScreeningCleared,
    ScreeningDeclined,
    ScreeningResent,
)
from shared.outbox.resend import Batch, Current, Resends

resends = Resends("screening", ScreeningResent)


@resends.family(CaseOpened, CaseClosed)
async def conduct_cases(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every conduct case, as of its last change that was told."""
    rows = batch.locked(select(ConductCaseRow), ConductCaseRow.case, ConductCaseRow.site)
    return [Current(row.case, conduct.told(row), row.told_at) for row in await session.scalars(rows)]


@resends.family(ScreeningCleared, ScreeningDeclined, ClearanceExpiring, ClearanceEnded)
async def clearances(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every case that was decided, as of its decision or its end; nothing is told of the others."""
    ended_at = (
        select(func.max(ActRow.at))
        .where(ActRow.clearance == CaseRow.clearance, ActRow.kind.in_(("withdrawn", "expired", "limit")))
        .scalar_subquery()
    )
    rows = select(CaseRow, ended_at).where(CaseRow.state.in_(("cleared", "declined", "ended")))
    found = await session.execute(batch.locked(rows, CaseRow.clearance, CaseRow.site))
    return [
        Current(case.clearance, told(case), ended or case.suspended_at or case.noticed_at or case.decided_at)
        for case, ended in found
    ]
