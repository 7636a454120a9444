"""Slots for interviews, which screeners offer."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select, tuple_

from services.screening.domain.interviews import CHECK, DAYS_TO_CHOOSE, USUAL_MINUTES, PlaceKind, Span, overlapping
from services.screening.fields import Body, Line, ZoneName
from services.screening.queries import locked_case
from services.screening.steps import move_step
from services.screening.tables import InterviewRow, SlotRow
from services.screening.visibility import SCREENERS
from shared.access import CallerDep, within
from shared.contracts import Contradiction, SitePath
from shared.contracts.base import Moment
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)

FARTHEST = timedelta(days=366)


class NewSlot(Body):
    """A time. `location` is the link, number or address of the meeting; only whom it is booked for sees it."""

    starts_at: Moment
    minutes: Annotated[int, Field(ge=15, le=180)] = USUAL_MINUTES
    zone: ZoneName
    place: PlaceKind
    location: Annotated[Line, Field(max_length=500)] | None = None


class NewSlots(Body):
    """Times that the caller offers to applicants at a site and below."""

    site: SitePath
    slots: Annotated[list[NewSlot], Field(min_length=1, max_length=50)]


class SlotShown(BaseModel):
    """A slot as everybody may see it, in the zone of whoever offers it, too."""

    slot: UUID
    starts_at: datetime
    local_start: str
    zone: str
    minutes: int
    place: PlaceKind

    @classmethod
    def of(cls, row: SlotRow) -> Self:
        """A slot's row."""
        local = row.starts_at.astimezone(ZoneInfo(row.zone)).isoformat(timespec="minutes")
        return cls(
            slot=row.slot, starts_at=row.starts_at, local_start=local, zone=row.zone, minutes=row.minutes,
            place=row.place,
        )  # fmt: skip


class OfferedSlot(SlotShown):
    """A slot as staff see it."""

    site: SitePath
    offered_by: str
    clearance: UUID | None = None


class SlotFilter(Body):
    """Which slots to list; without `begin` those to come."""

    site: SitePath | None = None
    begin: Moment | None = None
    limit: PageSize = 50
    cursor: Cursor = None


@router.post("/interview-slots", status_code=201)
async def offer(body: NewSlots, session: SessionDep, caller: CallerDep, clock: ClockDep) -> list[OfferedSlot]:
    """Offer slots; nobody is in two interviews at once."""
    if not caller.covers(*SCREENERS, site=body.site):
        raise NotFound("There is no such site, or none at which you screen.")
    now = clock.now()
    await hold(session, f"slots/{caller.subject}")
    for place, slot in enumerate(body.slots):
        if not now < slot.starts_at < now + FARTHEST:
            raise Invalid.field(f"slots.{place}.starts_at", "must lie ahead, within a year")
    recent = SlotRow.starts_at > now - timedelta(days=1)
    rows = select(SlotRow).where(SlotRow.offered_by == caller.subject, SlotRow.withdrawn_at.is_(None), recent)
    standing = [Span(row.starts_at, row.minutes) for row in await session.scalars(rows)]
    new = [Span(slot.starts_at, slot.minutes) for slot in body.slots]
    for place in overlapping(new, standing):
        raise Invalid.field(f"slots.{place}.starts_at", "falls together with another slot of yours")
    made = [
        SlotRow(**slot.model_dump(), slot=new_id(), site=body.site, offered_by=caller.subject) for slot in body.slots
    ]
    session.add_all(made)
    return [_offered(row, None) for row in made]


@router.get("/interview-slots")
async def slots(
    session: SessionDep, caller: CallerDep, clock: ClockDep, wanted: Annotated[SlotFilter, Query()]
) -> Page[OfferedSlot]:
    """Slots at the caller's places, earliest first, with the cases that they are booked for."""
    rows = (
        select(SlotRow, InterviewRow.clearance)
        .outerjoin(InterviewRow, InterviewRow.slot == SlotRow.slot)
        .where(within(SlotRow.site, caller.sites(*SCREENERS)), SlotRow.withdrawn_at.is_(None))
        .where(SlotRow.starts_at >= (wanted.begin or clock.now()))
    )
    if wanted.site:
        rows = rows.where(within(SlotRow.site, [wanted.site]))
    key = tuple_(SlotRow.starts_at, SlotRow.slot)
    if wanted.cursor:
        rows = rows.where(key > tuple_(*decode_cursor(wanted.cursor, datetime.fromisoformat, UUID)))
    found = (await session.execute(rows.order_by(SlotRow.starts_at, SlotRow.slot).limit(wanted.limit + 1))).all()
    last = found[wanted.limit - 1][0] if len(found) > wanted.limit else None
    items = [_offered(row, clearance) for row, clearance in found[: wanted.limit]]
    return Page(items=items, next=encode_cursor(last.starts_at, last.slot) if last else None)


@router.post("/interview-slots/{slot}/withdrawal")
async def withdraw_slot(slot: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OfferedSlot:
    """Offer a slot no more. Whoever had booked it is asked to choose another one, and it is no move of theirs."""
    seen = await session.get(SlotRow, slot)
    if seen is None or not caller.covers(*SCREENERS, site=seen.site):
        raise NotFound("There is no such slot, or none that you may see.")
    booked = await session.scalar(select(InterviewRow.clearance).where(InterviewRow.slot == slot))
    case = await locked_case(session, booked) if booked else None
    row = await session.get_one(SlotRow, slot, with_for_update=True, populate_existing=True)
    if row.withdrawn_at is None:
        if row.starts_at <= clock.now():
            raise Contradiction("This slot has begun; nobody can book it any more.")
        interview = await session.scalar(select(InterviewRow).where(InterviewRow.slot == slot))
        if interview and (case is None or case.clearance != interview.clearance):
            raise Contradiction("Somebody has just booked this slot; look again, and withdraw it if it must be.")
        row.withdrawn_at = clock.now()
        if interview and case:
            interview.slot, interview.state = None, "invited"
            await move_step(session, case, CHECK, "invited", clock.today() + timedelta(days=DAYS_TO_CHOOSE))
    return _offered(row, None)


def _offered(row: SlotRow, clearance: UUID | None) -> OfferedSlot:
    shown = SlotShown.of(row).model_dump()
    return OfferedSlot(**shown, site=row.site, offered_by=row.offered_by, clearance=clearance)
