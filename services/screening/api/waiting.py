"""Waiting lists of mentees, and what a mentee is told of how their case stands."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Select, select, tuple_

from services.screening import waiting
from services.screening.api.shown import version_of
from services.screening.domain.cases import check_open
from services.screening.domain.waiting import STEP, Band, Told, check_may_wait, told_of
from services.screening.fields import Body
from services.screening.tables import CaseRow, StepRow, WaitingRow
from services.screening.visibility import SCREENERS, Part, actor, case_to_screen, near, part_of
from shared.access import CallerDep, within
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, require_match
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class News(Body):
    """What somebody on a list is told: the day, after today and within a year, on which they hear again."""

    next_news_on: date


class Waits(BaseModel):
    """Somebody on a list, for its screeners. `band` is what they were told last; `overdue`: their day has passed."""

    clearance: UUID
    person: UUID
    site: SitePath
    role: Slug
    since: datetime
    band: Band
    next_news_on: date
    overdue: bool
    taken_by: str | None


class ListFilter(BaseModel):
    """Whose list: of a role at a site."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath
    role: Slug
    limit: PageSize = 50
    cursor: Cursor = None


class Outcome(BaseModel):
    """What a mentee is told: never a reason, a check or a rank. `referred_to` is for them and for screeners alone."""

    clearance: UUID
    offering: OfferingId
    site: SitePath
    role: Slug
    outcome: Told
    band: Band | None
    next_news_on: date | None
    referred_to: str | None


@router.put("/cases/{clearance}/waiting-list")
async def put_on_list(
    clearance: UUID, body: News, request: Request, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Waits:
    """Put a mentee on the list of their site and role, or tell them anew. Admitting them later is a decision."""
    case = await case_to_screen(session, caller, clearance)
    if "if-match" in request.headers:
        require_match(request, version_of(case))
    check_open(case.state)
    check_may_wait(RoleKind(case.kind), body.next_news_on, clock.today())
    await waiting.tell(session, case, body.next_news_on, actor(caller), clock.now())
    await session.flush()
    rows = _rows().where(WaitingRow.clearance == clearance)
    return _waits(*(await session.execute(rows)).one(), clock.today())


@router.get("/waiting-list")
async def waiting_list(
    session: SessionDep, caller: CallerDep, clock: ClockDep, wanted: Annotated[ListFilter, Query()]
) -> Page[Waits]:
    """A list in its order, at the caller's places; without the caller and whoever is close to them."""
    rows = _rows().where(
        WaitingRow.site == wanted.site, WaitingRow.role == wanted.role,
        within(WaitingRow.site, caller.sites(*SCREENERS)), *_not_of(await near(session, caller)),
    )  # fmt: skip
    if wanted.cursor:
        after = decode_cursor(wanted.cursor, datetime.fromisoformat, UUID)
        rows = rows.where(tuple_(WaitingRow.since, WaitingRow.clearance) > after)
    ordered = rows.order_by(WaitingRow.since, WaitingRow.clearance).limit(wanted.limit + 1)
    found = [_waits(*row, clock.today()) for row in await session.execute(ordered)]
    items = found[: wanted.limit]
    following = encode_cursor(items[-1].since, items[-1].clearance) if len(found) > wanted.limit else None
    return Page(items=items, next=following)


@router.get("/people/{person}/outcomes")
async def outcomes(person: UUID, session: SessionDep, caller: CallerDep) -> list[Outcome]:
    """What a mentee is told: for themself, who enrolled them, guardians who may be told, and screeners."""
    rows = select(CaseRow, WaitingRow).outerjoin(WaitingRow, WaitingRow.clearance == CaseRow.clearance)
    rows = rows.where(CaseRow.person == person, CaseRow.kind == RoleKind.MENTEE).order_by(CaseRow.clearance.desc())
    found = [(case, row) for case, row in (await session.execute(rows.limit(MOST))).all()]
    told = [_outcome(case, row, part) for case, row in found if (part := await part_of(session, caller, case))]
    if not told and caller.person != person:
        raise NotFound("There is no such person, or none of whom you may be told.")
    return told


MOST = 100
"""Cases of one person, the newest ones."""


def _rows() -> Select[WaitingRow, UUID, str | None]:
    return (
        select(WaitingRow, CaseRow.person, StepRow.taken_by)
        .join(CaseRow, CaseRow.clearance == WaitingRow.clearance)
        .join(StepRow, (StepRow.clearance == WaitingRow.clearance) & (StepRow.check_name == STEP))
    )


def _not_of(people: frozenset[UUID]) -> list[ColumnElement[bool]]:
    return [CaseRow.person.not_in(people)] if people else []


def _waits(row: WaitingRow, person: UUID, taken_by: str | None, today: date) -> Waits:
    return Waits(
        clearance=row.clearance, person=person, site=row.site, role=row.role, since=row.since, band=row.band,
        next_news_on=row.next_news_on, overdue=row.next_news_on < today, taken_by=taken_by,
    )  # fmt: skip


def _outcome(case: CaseRow, row: WaitingRow | None, part: Part) -> Outcome:
    waits = row if case.state == "open" else None
    return Outcome(
        clearance=case.clearance, offering=case.offering, site=case.site, role=case.role,
        outcome=told_of(case.state, waits=waits is not None, is_referred=case.referred_to is not None),
        band=waits.band if waits else None, next_news_on=waits.next_news_on if waits else None,
        referred_to=case.referred_to if part == "whole" else None,
    )  # fmt: skip
