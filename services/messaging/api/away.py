"""Away notices (R11): announced by the person or by staff for somebody, listed, and ended early."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import or_, select

from services.messaging import absences, queries
from services.messaging.domain.away import check_notice
from services.messaging.domain.writing import clean
from services.messaging.tables import AwayNoticeRow
from services.messaging.visibility import AWAY_STAFF
from shared.access import Caller, CallerDep, within
from shared.contracts import Moment
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewNotice(BaseModel):
    """`person` is the caller where it is left out. The note is shown to the partner only."""

    model_config = ConfigDict(extra="forbid")

    person: UUID | None = None
    starts: Moment
    ends: Moment
    note: Annotated[str, Field(max_length=500), AfterValidator(clean)] | None = None


class Notice(BaseModel):
    """An absence. `note` is told to the person; staff see that there is an absence, not what was written of it."""

    model_config = ConfigDict(from_attributes=True)

    away: UUID
    person: UUID
    site: str
    starts: datetime
    ends: datetime
    note: str | None
    announced_at: datetime
    ended_at: datetime | None

    @classmethod
    def seen_by(cls, caller: Caller, row: AwayNoticeRow) -> "Notice":
        """A notice as a caller may see it."""
        notice = cls.model_validate(row)
        return notice if caller.person == row.person else notice.model_copy(update={"note": None})


@router.post("/away-notices", status_code=201)
async def announce(body: NewNotice, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Notice:
    """Announce an absence; the person's reply clocks stand still meanwhile."""
    person = body.person or caller.person
    if person is None:
        raise Invalid.field("person", "say who will be away")
    site = await _site_for(session, caller, person)
    now = clock.now()
    check_notice(body.starts, body.ends, now)
    row = AwayNoticeRow(
        away=new_id(), person=person, site=site, starts=body.starts, ends=body.ends, note=body.note or None,
        announced_by=caller.subject, announced_at=now,
    )  # fmt: skip
    await emit(session, *await absences.announce(session, row), at=now)
    return Notice.seen_by(caller, row)


async def _site_for(session: SessionDep, caller: Caller, person: UUID) -> str:
    """The place at which the caller may tell of a person's absence: any of the person's own, or one of the staff's."""
    for site in await queries.sites_of(session, person):
        if person == caller.person or caller.covers(*AWAY_STAFF, site=site):
            return site
    raise NotFound("Nobody with this id is known here yet; an absence can be announced once somebody was cleared.")


@router.get("/away-notices")
async def list_notices(
    session: SessionDep,
    caller: CallerDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    person: UUID | None = None,
) -> Page[Notice]:
    """The caller's own notices, and for staff those of people at their sites; newest first."""
    visible = or_(AwayNoticeRow.person == caller.person, within(AwayNoticeRow.site, caller.sites(*AWAY_STAFF)))
    rows = select(AwayNoticeRow).where(visible).order_by(AwayNoticeRow.away.desc()).limit(limit + 1)
    if person:
        rows = rows.where(AwayNoticeRow.person == person)
    if cursor:
        rows = rows.where(AwayNoticeRow.away < decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = [Notice.seen_by(caller, row) for row in found[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].away) if len(found) > limit else None)


@router.post("/away-notices/{away}/end")
async def end(away: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Notice:
    """The person is back, or will not go; ending a notice again changes nothing."""
    row = await session.get(AwayNoticeRow, away)
    if row is None or not (caller.person == row.person or caller.covers(*AWAY_STAFF, site=row.site)):
        raise NotFound("There is no such notice, or it is not yours to see.")
    now = clock.now()
    await emit(session, *await absences.end_early(session, row, now), at=now)
    return Notice.seen_by(caller, row)
