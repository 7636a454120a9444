"""Deadlines of screening: clearances tell that they end, and end; referees, facts and conduct cases have theirs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import conduct, onsite, paging, registering, reporting
from services.screening.activity import PRUNING, prune
from services.screening.agreements import LAPSE, Cleared, lapses_of, look_at
from services.screening.conduct_visibility import free_case
from services.screening.decisions import EXPIRY, NOTICE, arm_notice, expire, give_notice, lapse
from services.screening.domain.expiry import notice_now
from services.screening.lapsing import LAPSING, on_lapsing
from services.screening.ordering import CALLING, on_calling
from services.screening.queries import locked_case
from services.screening.referees import REMINDING, STALLING, on_reminding, on_stalling
from services.screening.senders import BIRTHDAY
from services.screening.tables import FactsRow, MeasureRow
from shared.deadlines import Rule, arm


async def on_expiry(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End a clearance that ran out, once; on the day it did, however late the timer is."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared":
        await expire(session, case, due_at.date(), at=now)


async def on_notice(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Tell that a clearance will end: the nearest notice alone where the timer is late."""
    case = await locked_case(session, UUID(subject))
    if case and case.state == "cleared" and case.valid_until:
        if notice := notice_now(case.valid_until, now):
            await give_notice(session, case, notice, at=now)
        await arm_notice(session, case, now)


async def on_pruning(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Forget on which days somebody wrote who has not written for longer than that is kept."""
    await prune(session, UUID(subject))


async def on_lapse(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """End the clearance of who has still not signed; a signature or a later day that was missed is seen now."""
    case = await locked_case(session, UUID(subject))
    if case is None or case.state != "cleared" or case.decided_at is None:
        return
    cleared = Cleared(case.clearance, case.person, case.offering, case.decided_at.date())
    lapses = (await lapses_of(session, [cleared]))[case.clearance]
    if lapses and lapses <= now:
        await lapse(session, case, due_at.date(), at=now)
    else:
        await look_at(session, [cleared])


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


async def on_facts_until(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """Facts of a person count no longer: a birthday, or a month; they are read anew where a case needs them."""
    await session.execute(update(FactsRow).where(FactsRow.person == UUID(subject)).values(state="stale"))


rules: dict[str, Rule] = {
    EXPIRY: on_expiry,
    NOTICE: on_notice,
    LAPSE: on_lapse,
    BIRTHDAY: on_facts_until,
    REMINDING: on_reminding,
    STALLING: on_stalling,
    PRUNING: on_pruning,
    conduct.MEASURE_END: on_measure_end,
    reporting.REPORT_DUE: on_report_due,
    paging.PAGE: on_page,
    registering.REGISTER_END: on_register_end,
    CALLING: on_calling,
    LAPSING: on_lapsing,
    onsite.DUTY_DUE: onsite.on_duty_due,
}
