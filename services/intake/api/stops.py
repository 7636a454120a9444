"""Stopping the line, lifting that, and what was stopped when by whom (R78)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from services.intake import policies, queries, stops
from services.intake.api.seen import existing, found
from services.intake.domain.places import check_covers
from services.intake.domain.stops import LiftReason, StopReason, check_lift
from services.intake.fields import Body
from services.intake.tables import PlaceRow, ProgrammeRow, StopRow
from shared.access import Caller, CallerDep, Role, within
from shared.clock import Clock
from shared.contracts import OfferingId, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)

READERS: tuple[Role, ...] = ("administrator", "coordinator", "screener", "moderator")


class NewStop(Body):
    """What to stop: all at and below a place, or one programme there. Nobody is named in the reason."""

    site: SitePath
    programme: Slug | None = None
    reason: StopReason


class Lift(Body):
    """Why it goes on."""

    reason: LiftReason


class StopView(BaseModel):
    """A stop. It stands while `lifted_at` is null."""

    model_config = ConfigDict(from_attributes=True)

    stop: UUID
    site: SitePath
    programme: Slug | None
    reason: StopReason
    stopped_by: str
    stopped_at: datetime
    lift_reason: LiftReason | None
    lifted_by: str | None
    lifted_at: datetime | None


class StopTold(StopView):
    """A stop that was made or lifted, and the offerings that it reaches now."""

    offerings: list[OfferingId]


class StopFilter(BaseModel):
    """Which stops to list. `standing`: only those that nobody lifted."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    standing: bool = False
    limit: PageSize = 50
    cursor: Cursor = None


@router.post("/stops", status_code=201)
async def stop(body: NewStop, session: SessionDep, clock: ClockDep, caller: CallerDep) -> StopTold:
    """Stop a place or a programme there: from then on nobody is cleared or paired, and no message passes (R78)."""
    caller.require("administrator", site=body.site)
    await policies.take_turns(session, body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if body.programme:
        programme = existing("programme", await session.get(ProgrammeRow, body.programme))
        check_covers(f"The programme {body.programme}", programme.site, body.site)
    row = StopRow(**body.model_dump(), stop=new_id(), stopped_by=_actor(caller), stopped_at=clock.now())
    session.add(row)
    return await _told(session, row, clock)


@router.post("/stops/{stop}/lifting")
async def lift(stop: UUID, body: Lift, session: SessionDep, clock: ClockDep, caller: CallerDep) -> StopTold:
    """Let it go on: another administrator than the one who stopped it. What was lifted is answered as it stands."""
    row = await session.get(StopRow, stop)
    if row is None or not caller.covers(*READERS, site=row.site):
        raise NotFound("There is no such stop, or none that you may see.")
    caller.require("administrator", site=row.site)
    await policies.take_turns(session, row.site)
    await session.refresh(row, with_for_update=True)
    if row.lifted_at is not None:
        return await _shown(session, row)
    check_lift(row.stopped_by, _actor(caller))
    row.lift_reason, row.lifted_by, row.lifted_at = body.reason, _actor(caller), clock.now()
    return await _told(session, row, clock)


@router.get("/stops")
async def list_stops(session: SessionDep, caller: CallerDep, wanted: Annotated[StopFilter, Query()]) -> Page[StopView]:
    """What was stopped at the caller's places, newest first: who, when, why, and who lifted it."""
    rows = select(StopRow).where(within(StopRow.site, caller.sites(*READERS)))
    if wanted.site:
        rows = rows.where(within(StopRow.site, [wanted.site]))
    if wanted.standing:
        rows = rows.where(StopRow.lifted_at.is_(None))
    if wanted.cursor:
        rows = rows.where(StopRow.stop < decode_cursor(wanted.cursor, UUID)[0])
    answer = list(await session.scalars(rows.order_by(StopRow.stop.desc()).limit(wanted.limit + 1)))
    items = [found(StopView, row, "stop") for row in answer[: wanted.limit]]
    return Page(items=items, next=encode_cursor(items[-1].stop) if len(answer) > wanted.limit else None)


async def _told(session: SessionDep, row: StopRow, clock: Clock) -> StopTold:
    """Tell of every offering that the stop reaches how it stands there now."""
    await session.flush()
    offerings = await stops.reached(session, row.site, row.programme)
    known = await policies.policies_of(session, [row.site])
    await emit(session, *await queries.offering_events(session, offerings, known), at=clock.now())
    return await _shown(session, row)


async def _shown(session: SessionDep, row: StopRow) -> StopTold:
    offerings = [each.offering for each in await stops.reached(session, row.site, row.programme)]
    return StopTold(**found(StopView, row, "stop").model_dump(), offerings=offerings)


def _actor(caller: Caller) -> str:
    return str(caller.person or caller.subject)
