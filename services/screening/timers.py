"""Deadlines of screening: a clearance ends at the end of its last day; conduct cases have clocks of their own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import conduct, paging, registering, reporting
from services.screening.conduct_visibility import free_case
from services.screening.decisions import EXPIRY, expire
from services.screening.queries import locked_case
from services.screening.tables import MeasureRow
from shared.deadlines import Rule, arm


async def on_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End a clearance that ran out, once; on the day it did, however late the timer is."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared":
        await expire(session, case, due_at.date(), at=now)


async def on_measure_end(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """A restriction or suspension came to its day; the person may write again."""
    measure = await session.get_one(MeasureRow, UUID(subject))
    row = await free_case(session, measure.case)
    if row is None:
        await arm(session, conduct.MEASURE_END, subject, due_at)
        return
    await session.refresh(measure)
    if row.state == "open" and measure.ended_at is None:
        await conduct.end_measure(session, row, measure, "screening", now)


async def on_report_due(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """A legal report was not answered by its time."""
    await reporting.became_overdue(session, UUID(subject), due_at, now)


async def on_page(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """A page was not acknowledged."""
    await paging.go_on(session, UUID(subject), due_at, now)


async def on_register_end(session: AsyncSession, subject: str, _due_at: datetime, _now: datetime) -> None:
    """An entry of the dismissal register came to its last day."""
    await registering.forget(session, subject)


rules: dict[str, Rule] = {
    EXPIRY: on_expiry,
    conduct.MEASURE_END: on_measure_end,
    reporting.REPORT_DUE: on_report_due,
    paging.PAGE: on_page,
    registering.REGISTER_END: on_register_end,
}
