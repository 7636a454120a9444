"""What is local: the calendar of a place, and notes about it for mentors (R17, R21)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import delete, func, or_, select, tuple_

from services.intake import queries
from services.intake.api.seen import Changed, found, standing
from services.intake.domain import calendar, places
from services.intake.fields import Body, Language, Prose
from services.intake.tables import CalendarRow, PlaceRow, SiteNoteRow
from shared.access import CallerDep
from shared.contracts import SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)

Reason = Literal["holiday", "exam-week", "internet-shutdown", "other"]


class EntryBody(Body):
    """A day or a span, first and last day included, by the calendar on the wall of each place below."""

    starts: date
    ends: date
    reason: Reason


class EntryView(EntryBody):
    """An entry with its place."""

    entry: UUID
    site: SitePath


class NoteBody(Body):
    """A short text for those who write with people at the place; shown until the end of `until`."""

    language: Language
    text: Prose
    until: date | None = None


class NoteView(NoteBody):
    """A note with its place."""

    note: UUID
    site: SitePath
    posted_at: datetime


@router.post("/places/{site}/calendar", status_code=201)
async def add_entry(
    site: SitePath, body: EntryBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> EntryView:
    """Enter a day or a span; it holds for all places below, too."""
    caller.require("coordinator", "administrator", site=site)
    await standing(session, site, lock=True)
    if fault := calendar.fault_of_span(body.starts, body.ends):
        raise Invalid.field("ends", fault)
    live = select(func.count()).where(CalendarRow.site == site, CalendarRow.removed_at.is_(None))
    calendar.check_room(site, await session.scalar(live) or 0)
    recorded = {"recorded_by": caller.subject, "recorded_at": clock.now()}
    row = CalendarRow(**body.model_dump(), entry=new_id(), site=site, **recorded)
    session.add(row)
    await session.flush()
    await emit(session, *await queries.calendar_events(session, [site]), at=clock.now())
    return found(EntryView, row, "entry")


@router.get("/places/{site}/calendar")
async def list_entries(
    site: SitePath, session: SessionDep, clock: ClockDep, caller: CallerDep,
    since: Annotated[date | None, Query(description="Those that end then or later; today if left out.")] = None,
    limit: PageSize = 100, cursor: Cursor = None,
) -> Page[EntryView]:  # fmt: skip
    """What holds at a place, its own entries and those of places above, by their first day."""
    await standing(session, site, queries.visible(PlaceRow.site, caller))
    here = CalendarRow.site.in_(places.above(site)), CalendarRow.removed_at.is_(None)
    rows = select(CalendarRow).where(*here, CalendarRow.ends >= (since or clock.now().date()))
    key = tuple_(CalendarRow.starts, CalendarRow.entry)
    if cursor:
        rows = rows.where(key > tuple_(*decode_cursor(cursor, date.fromisoformat, UUID)))
    items = list(await session.scalars(rows.order_by(*key.clauses).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].starts, items[limit - 1].entry) if len(items) > limit else None
    return Page(items=[found(EntryView, row, "entry") for row in items[:limit]], next=after)


@router.delete("/places/{site}/calendar/{entry}")
async def remove_entry(site: SitePath, entry: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Take an entry out of the calendar; one that is not there changes nothing."""
    caller.require("coordinator", "administrator", site=site)
    await standing(session, site, lock=True)
    here = CalendarRow.entry == entry, CalendarRow.site == site, CalendarRow.removed_at.is_(None)
    row = await session.scalar(select(CalendarRow).where(*here))
    if row is None:
        return Changed(changed=False)
    row.removed_at, row.removed_by = clock.now(), caller.subject
    await session.flush()
    await emit(session, *await queries.calendar_events(session, [site]), at=clock.now())
    return Changed(changed=True)


@router.post("/places/{site}/notes", status_code=201)
async def add_note(site: SitePath, body: NoteBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> NoteView:
    """Post a note."""
    caller.require("coordinator", "administrator", site=site)
    await standing(session, site)
    if not body.text:
        raise Invalid.field("text", "write something")
    posted = {"posted_by": caller.subject, "posted_at": clock.now()}
    row = SiteNoteRow(**body.model_dump(), note=new_id(), site=site, **posted)
    session.add(row)
    return found(NoteView, row, "note")


@router.get("/places/{site}/notes")
async def list_notes(
    site: SitePath, session: SessionDep, clock: ClockDep, caller: CallerDep,
    language: Annotated[Language | None, Query()] = None, limit: PageSize = 100, cursor: Cursor = None,
) -> Page[NoteView]:  # fmt: skip
    """The notes of a place and of those above, the oldest first, without those whose time is over."""
    await standing(session, site, queries.visible(PlaceRow.site, caller))
    today = clock.now().date()
    rows = select(SiteNoteRow).where(
        SiteNoteRow.site.in_(places.above(site)), or_(SiteNoteRow.until.is_(None), SiteNoteRow.until >= today)
    )
    if language:
        rows = rows.where(SiteNoteRow.language == language)
    if cursor:
        rows = rows.where(SiteNoteRow.note > decode_cursor(cursor, UUID)[0])
    items = list(await session.scalars(rows.order_by(SiteNoteRow.note).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].note) if len(items) > limit else None
    return Page(items=[found(NoteView, row, "note") for row in items[:limit]], next=after)


@router.delete("/places/{site}/notes/{note}")
async def remove_note(site: SitePath, note: UUID, session: SessionDep, caller: CallerDep) -> Changed:
    """Delete a note; one that is not there changes nothing."""
    caller.require("coordinator", "administrator", site=site)
    gone = delete(SiteNoteRow).where(SiteNoteRow.note == note, SiteNoteRow.site == site).returning(SiteNoteRow.note)
    return Changed(changed=await session.scalar(gone) is not None)
