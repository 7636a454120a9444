"""Results that run out while their case is open: what they stood for is work again (R40)."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import expires_at
from services.screening.domain.vendors import TAKING
from services.screening.queries import as_results, locked_case, results_of
from services.screening.steps import reopen_step
from services.screening.tables import ResultRow
from shared.deadlines import arm, arm_all

LAPSING = "result-lapse"
LATER = timedelta(days=1)


async def watch(session: AsyncSession, clearances: Collection[UUID], today: date = date.min) -> None:
    """Look again when the first result of each case runs out, of those that stand on a day."""
    dated = ResultRow.clearance.in_(clearances), ResultRow.valid_until >= today, ResultRow.valid_until < date.max
    first = select(ResultRow.clearance, func.min(ResultRow.valid_until)).where(*dated).group_by(ResultRow.clearance)
    dues = {str(clearance): expires_at(day) for clearance, day in await session.execute(first) if day}
    await arm_all(session, LAPSING, dues)


async def on_lapsing(session: AsyncSession, subject: str, _due_at: datetime, now: datetime) -> None:
    """Let steps be done anew whose results stand no longer; while a decision waits, look again tomorrow."""
    case = await locked_case(session, UUID(subject))
    if case is None or case.state not in TAKING:
        return
    if case.state == "proposed":
        await arm(session, LAPSING, subject, now + LATER)
        return
    for check, result in as_results(await results_of(session, case.clearance)).items():
        if check in case.required and result.outcome == "passed" and not result.stands(now.date()):
            await reopen_step(session, case, check)
    await watch(session, [case.clearance], now.date())
