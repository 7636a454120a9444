"""The on-call rota of each place, the caller's own pages, and their acknowledgement."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from services.screening import conduct, paging
from services.screening.conduct_visibility import acting_person, barred_from
from services.screening.domain.oncall import LONGEST_DUTY, LONGEST_LOOK, Duty, check_span, gaps
from services.screening.tables import AlarmRow, ConductCaseRow, DutyRow, PageRow
from shared.access import CallerDep, Role
from shared.contracts import Moment, SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.merging import kept_ids
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)

SETTERS: tuple[Role, ...] = ("administrator", "coordinator", "screener")
"""Set and see the rota of a place."""
MOST_DUTIES = 1000


class NewDuty(BaseModel):
    """Somebody is on call for a place. The lower `order` is paged first."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath
    person: UUID
    starts: Moment
    ends: Moment
    order: Annotated[int, Field(ge=1, le=100)] = 1


class DutyShown(BaseModel):
    """A duty."""

    model_config = ConfigDict(from_attributes=True)

    duty: UUID
    site: str
    person: UUID
    starts: datetime
    ends: datetime
    order: int


class Gap(BaseModel):
    """A time in which nobody is on call; then the level above is paged."""

    starts: datetime
    ends: datetime


class Rota(BaseModel):
    """Who is on call for a place in a time, and when nobody is."""

    duties: list[DutyShown]
    gaps: list[Gap]


class PageOfMine(BaseModel):
    """A page: which conduct case wants somebody, and why. What it is about stands in the case."""

    page: UUID
    case: UUID
    site: str
    why: str
    weight: str
    paged_at: datetime
    acknowledged_at: datetime | None


class Span(BaseModel):
    """Which place and time to look at."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath
    starts: Moment
    ends: Moment


@router.post("/duties", status_code=201)
async def set_duty(body: NewDuty, session: SessionDep, caller: CallerDep) -> DutyShown:
    """Put somebody on the rota."""
    caller.require(*SETTERS, site=body.site)
    check_span(body.starts, body.ends, LONGEST_DUTY)
    row = DutyRow(duty=new_id(), set_by=caller.subject, **body.model_dump())
    row.person = (await kept_ids(session, [body.person]))[body.person]  # or nobody would hear the page
    session.add(row)
    return DutyShown.model_validate(row)


@router.get("/duties")
async def rota(session: SessionDep, caller: CallerDep, wanted: Annotated[Span, Query()]) -> Rota:
    """The rota of a place, with its gaps."""
    caller.require(*SETTERS, site=wanted.site)
    check_span(wanted.starts, wanted.ends, LONGEST_LOOK)
    rows = select(DutyRow).where(
        DutyRow.site == wanted.site, DutyRow.starts < wanted.ends, DutyRow.ends > wanted.starts
    )
    found = list(await session.scalars(rows.order_by(DutyRow.starts, DutyRow.order, DutyRow.duty).limit(MOST_DUTIES)))
    duties = [Duty(row.person, row.site, row.starts, row.ends, row.order) for row in found]
    return Rota(
        duties=[DutyShown.model_validate(row) for row in found],
        gaps=[Gap(starts=begin, ends=end) for begin, end in gaps(duties, wanted.starts, wanted.ends)],
    )


@router.delete("/duties/{duty}", status_code=204)
async def end_duty(duty: UUID, session: SessionDep, caller: CallerDep) -> None:
    """Take a duty from the rota."""
    row = await session.get(DutyRow, duty)
    if row is None or not caller.covers(*SETTERS, site=row.site):
        raise NotFound("There is no such duty, or none that you may see.")
    await session.delete(row)


@router.get("/pages")
async def my_pages(
    session: SessionDep, caller: CallerDep, limit: PageSize = 50, cursor: Cursor = None
) -> Page[PageOfMine]:
    """The caller's own pages, newest first; none of a case that concerns them by now."""
    rows = (
        select(PageRow, AlarmRow, ConductCaseRow)
        .join(AlarmRow, AlarmRow.alarm == PageRow.alarm)
        .join(ConductCaseRow, ConductCaseRow.case == AlarmRow.case)
        .where(PageRow.person == caller.person)
        .order_by(PageRow.page.desc())
        .limit(limit + 1)
    )
    if cursor:
        rows = rows.where(PageRow.page < decode_cursor(cursor, UUID)[0])
    found = (await session.execute(rows)).all()
    items = [
        PageOfMine(
            page=page.page, case=row.case, site=alarm.site, why=alarm.why, weight=row.weight, paged_at=page.paged_at,
            acknowledged_at=page.acknowledged_at,
        )
        for page, alarm, row in found[:limit]
        if caller.person not in await barred_from(session, row)
    ]  # fmt: skip
    return Page(items=items, next=encode_cursor(found[limit - 1][0].page) if len(found) > limit else None)


@router.post("/pages/{page}/acknowledgement")
async def acknowledge(page: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> PageOfMine:
    """Say that one knows and sees to it: nobody else is paged. Again changes nothing."""
    person = acting_person(caller)
    paged = await session.get(PageRow, page)
    alarm = await session.get(AlarmRow, paged.alarm) if paged and paged.person == person else None
    row = await session.get(ConductCaseRow, alarm.case, with_for_update=True) if alarm else None
    if paged is None or alarm is None or row is None or person in await barred_from(session, row):
        raise NotFound("There is no such page of yours.")
    await session.refresh(alarm)
    if paged.acknowledged_at is None:
        await paging.acknowledge(session, alarm, paged, clock.now())
        conduct.note(session, row, "acknowledged", caller.subject, clock.now())
    return PageOfMine(
        page=page, case=row.case, site=alarm.site, why=alarm.why, weight=row.weight, paged_at=paged.paged_at,
        acknowledged_at=paged.acknowledged_at,
    )  # fmt: skip
