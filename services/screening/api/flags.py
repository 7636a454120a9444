"""Flags of a case: raised, watched, resolved; for its screeners alone."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select, tuple_

from services.screening import decisions
from services.screening.domain.flags import Colour, check_flag, check_resolver
from services.screening.fields import Body, Prose
from services.screening.tables import CaseRow, FlagRow
from services.screening.visibility import SCREENERS, actor, case_to_screen, case_with_evidence, near
from shared.access import CallerDep, within
from shared.contracts import SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Conflict, NotFound

router = APIRouter(route_class=TransactionRoute)

Ground = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
"""A criterion or a clause: `volunteer-safety`, `conduct.3`."""


class NewFlag(Body):
    """What was noticed. `watch_until`: the day on which somebody looks again."""

    colour: Colour
    ground: Ground
    note: Prose
    watch_until: date | None = None


class Resolution(Body):
    """Why a flag stands no longer."""

    reason: Prose


class FlagShown(BaseModel):
    """A flag as screeners see it."""

    model_config = ConfigDict(from_attributes=True)

    flag: UUID
    clearance: UUID
    colour: Colour
    ground: str
    note: str
    watch_until: date | None
    raised_by: str
    raised_at: datetime
    resolved_by: str | None
    resolved_at: datetime | None
    resolution: str | None


@router.post("/cases/{clearance}/flags", status_code=status.HTTP_201_CREATED)
async def raise_flag(
    clearance: UUID, body: NewFlag, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> FlagShown:
    """Raise a flag (R50). A red one stops the clearing until another person resolves it."""
    row = await case_to_screen(session, caller, clearance)
    check_flag(body.colour, body.watch_until, clock.today())
    flag = FlagRow(
        flag=new_id(), clearance=clearance, raised_by=actor(caller), raised_at=clock.now(), **body.model_dump()
    )
    session.add(flag)
    row.version += 1
    decisions.note(session, row, "flagged", actor(caller), clock.now())
    return FlagShown.model_validate(flag)


@router.get("/cases/{clearance}/flags")
async def flags(
    clearance: UUID, session: SessionDep, caller: CallerDep, limit: PageSize = 50, cursor: Cursor = None
) -> Page[FlagShown]:
    """The flags of a case, oldest first."""
    await case_with_evidence(session, caller, clearance)
    rows = select(FlagRow).where(FlagRow.clearance == clearance)
    if cursor:
        rows = rows.where(FlagRow.flag > decode_cursor(cursor, UUID)[0])
    found = (await session.scalars(rows.order_by(FlagRow.flag).limit(limit + 1))).all()
    following = encode_cursor(found[limit - 1].flag) if len(found) > limit else None
    return Page(items=[FlagShown.model_validate(row) for row in found[:limit]], next=following)


@router.post("/cases/{clearance}/flags/{flag}/resolution")
async def resolve_flag(
    clearance: UUID, flag: UUID, body: Resolution, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> FlagShown:
    """Resolve a flag with a reason; a red one is resolved by another person than who raised it."""
    case = await case_to_screen(session, caller, clearance)
    row = await session.get(FlagRow, flag, with_for_update=True)
    if row is None or row.clearance != clearance:
        raise NotFound("This case has no such flag.")
    if row.resolved_at is None:
        check_resolver(row.colour, row.raised_by, actor(caller), caller.person)
        row.resolved_by, row.resolved_at, row.resolution = actor(caller), clock.now(), body.reason
        case.version += 1
        decisions.note(session, case, "flag-resolved", actor(caller), clock.now())
    elif (row.resolved_by, row.resolution) != (actor(caller), body.reason):
        raise Conflict("This flag was resolved already; raise another one where something else was noticed.")
    return FlagShown.model_validate(row)


@router.get("/flags/due")
async def watched_flags(
    session: SessionDep, caller: CallerDep, clock: ClockDep, site: Annotated[SitePath | None, Query()] = None,
    limit: PageSize = 50, cursor: Cursor = None,
) -> Page[FlagShown]:  # fmt: skip
    """Open flags whose day has come, at the caller's places: somebody looks again, and resolves or raises anew."""
    rows = select(FlagRow).join(CaseRow, CaseRow.clearance == FlagRow.clearance)
    rows = rows.where(FlagRow.resolved_at.is_(None), FlagRow.watch_until <= clock.today())
    rows = rows.where(within(CaseRow.site, caller.sites(*SCREENERS)))
    rows = rows.where(CaseRow.person.not_in(await near(session, caller)))
    if site:
        rows = rows.where(within(CaseRow.site, [site]))
    if cursor:
        after = decode_cursor(cursor, date.fromisoformat, UUID)
        rows = rows.where(tuple_(FlagRow.watch_until, FlagRow.flag) > tuple_(*after))
    found = (await session.scalars(rows.order_by(FlagRow.watch_until, FlagRow.flag).limit(limit + 1))).all()
    following = encode_cursor(found[limit - 1].watch_until, found[limit - 1].flag) if len(found) > limit else None
    return Page(items=[FlagShown.model_validate(row) for row in found[:limit]], next=following)
