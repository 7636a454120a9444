"""Alarms as rows: the rota is paged person by person until one acknowledges. Sending the pages is notify's."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.conduct_visibility import barred_from, free_case, places_that_answer
from services.screening.domain.oncall import PATIENCE, Duty, next_on_call, places_up
from services.screening.tables import AlarmRow, ConductCaseRow, DutyRow, PageRow
from services.screening.tables.oncall import Why
from shared.deadlines import arm, cancel
from shared.ids import new_id

PAGE = "conduct-page"


async def raise_alarm(session: AsyncSession, row: ConductCaseRow, why: Why, at: datetime, now: datetime) -> None:
    """Let somebody know of a case, at each place that answers for it."""
    for site in await places_that_answer(session, row):
        alarm = AlarmRow(alarm=new_id(), case=row.case, why=why, site=site, raised_at=at)
        session.add(alarm)
        await session.flush()
        await _page_next(session, row, alarm, now)


async def go_on(session: AsyncSession, alarm_id: UUID, due_at: datetime, now: datetime) -> None:
    """Nobody acknowledged in time: page the next one."""
    alarm = await session.get_one(AlarmRow, alarm_id)
    row = await free_case(session, alarm.case)
    if row is None:
        await arm(session, PAGE, str(alarm_id), due_at)
        return
    await session.refresh(alarm)
    if alarm.acknowledged_at is None and row.state == "open":
        await _page_next(session, row, alarm, now)


async def _page_next(session: AsyncSession, row: ConductCaseRow, alarm: AlarmRow, now: datetime) -> None:
    """Page whoever is next, and look again in a while; also where nobody is on call at the moment."""
    duties = await duties_of(session, places_up(alarm.site), now)
    paged = Counter(await session.scalars(select(PageRow.person).where(PageRow.alarm == alarm.alarm)))
    person = next_on_call(alarm.site, duties, now, paged, await barred_from(session, row))
    if person:
        session.add(PageRow(page=new_id(), alarm=alarm.alarm, person=person, paged_at=now))
    await arm(session, PAGE, str(alarm.alarm), now + PATIENCE[row.weight])


async def acknowledge(session: AsyncSession, alarm: AlarmRow, page: PageRow, now: datetime) -> None:
    """Somebody knows: nobody else is paged."""
    page.acknowledged_at = page.acknowledged_at or now
    if alarm.acknowledged_at is None:
        alarm.acknowledged_at, alarm.acknowledged_by = now, page.person
    await cancel(session, PAGE, str(alarm.alarm))


async def silence(session: AsyncSession, case: UUID) -> None:
    """Page nobody about a case any more."""
    for alarm in await alarms_of(session, case):
        await cancel(session, PAGE, str(alarm.alarm))


async def alarms_of(session: AsyncSession, case: UUID) -> list[AlarmRow]:
    """The alarms of a case, oldest first."""
    return list(await session.scalars(select(AlarmRow).where(AlarmRow.case == case).order_by(AlarmRow.alarm)))


async def duties_of(session: AsyncSession, sites: list[str], at: datetime) -> list[Duty]:
    """Who is on call for some places at a moment."""
    rows = select(DutyRow).where(DutyRow.site.in_(sites), DutyRow.starts <= at, DutyRow.ends > at)
    return [Duty(row.person, row.site, row.starts, row.ends, row.order) for row in await session.scalars(rows)]
