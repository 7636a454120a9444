"""Conduct cases: listed, opened by hand, taken over, weighed, noted and closed (R57)."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import conduct, reporting
from services.screening.api.conduct_shown import (
    ClauseNumber,
    ClauseVersion,
    ConductCaseDetail,
    ConductCaseSummary,
    Text,
)
from services.screening.conduct_visibility import (
    acting_person,
    conduct_case_for,
    conduct_case_to_work_on,
    named_in,
    visible,
)
from services.screening.domain.conduct import MOST_NAMED, Outcome, check_weight
from services.screening.tables import AlarmRow, CaseRow, ConductCaseRow, EntryRow, ReportRow
from services.screening.visibility import SCREENERS
from shared.access import Caller, CallerDep, above, within
from shared.contracts import Contradiction, SitePath
from shared.contracts.messaging import Weight
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.ids import new_id
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)

People = Annotated[list[UUID], Field(max_length=MOST_NAMED)]


class ConductCaseFilter(BaseModel):
    """Which conduct cases to list. `overdue`: a legal report of it was not answered in time."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    state: Literal["open", "closed"] | None = None
    weight: Weight | None = None
    handler: UUID | None = None
    overdue: bool | None = None
    limit: PageSize = 50
    cursor: Cursor = None


class NewConductCase(BaseModel):
    """A case opened by hand: about whom, and what is known."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath
    people: People = []
    about_staff: bool = False
    weight: Weight
    known: Text


class Change(BaseModel):
    """What is known better by now: who it is about, too; that it weighs more; which clause it is about (R55)."""

    model_config = ConfigDict(extra="forbid")

    people: People = []
    weight: Weight | None = None
    clause: ClauseNumber | None = None
    clause_version: ClauseVersion | None = None

    @model_validator(mode="after")
    def _a_clause_has_a_version(self) -> Self:
        if (self.clause is None) != (self.clause_version is None):
            raise ValueError("cite a clause with its version: clause and clause_version")
        return self


class NewEntry(BaseModel):
    """One more line. `left`: the person left before it was decided, which a law may want to hear of."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["note", "talk", "evidence", "left"]
    text: Text
    person: UUID | None = None


class Entry(BaseModel):
    """A line of the timeline."""

    model_config = ConfigDict(from_attributes=True)

    entry: UUID
    kind: str
    actor: str
    at: datetime
    person: UUID | None
    text: str | None


class Closing(BaseModel):
    """How a case ended."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    text: Text | None = None


class Incidents(BaseModel):
    """How many conduct cases a place has, of those that the caller may see (R78)."""

    month: str
    weight: Weight
    state: str
    cases: int


@router.get("/conduct-cases")
async def list_conduct_cases(
    session: SessionDep, caller: CallerDep, wanted: Annotated[ConductCaseFilter, Query()]
) -> Page[ConductCaseSummary]:
    """The cases that the caller answers for, newest first."""
    caller.require_anywhere(*SCREENERS)
    overdue = _overdue()
    rows = select(ConductCaseRow, overdue, _acknowledged()).where(visible(caller))
    rows = rows.order_by(ConductCaseRow.case.desc()).limit(wanted.limit + 1)
    for name, value in wanted.model_dump(include={"state", "weight", "handler"}, exclude_none=True).items():
        rows = rows.where(getattr(ConductCaseRow, name) == value)
    if wanted.overdue is not None:
        rows = rows.where(overdue > 0 if wanted.overdue else overdue == 0)
    if wanted.site:
        rows = rows.where(_at(wanted.site))
    if wanted.cursor:
        rows = rows.where(ConductCaseRow.case < decode_cursor(wanted.cursor, UUID)[0])
    found = (await session.execute(rows)).all()
    items = [
        ConductCaseSummary.model_validate(row).model_copy(update={"reports_overdue": late, "acknowledged": known})
        for row, late, known in found[: wanted.limit]
    ]
    return Page(items=items, next=encode_cursor(items[-1].case) if len(found) > wanted.limit else None)


@router.post("/conduct-cases", status_code=201)
async def open_by_hand(
    body: NewConductCase, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ConductCaseDetail:
    """Open a case without a concern; about people whom screening knows at the caller's places."""
    by, now = acting_person(caller), clock.now()
    caller.require(*SCREENERS, site=body.site)
    await _check_known(session, caller, body.people)
    for site in above(body.site):
        await hold(session, f"site/{site}")
    row = ConductCaseRow(
        case=new_id(), site=body.site, about_staff=body.about_staff, members=[], weight=body.weight, weighed_at=now,
        state="open", frozen=[], opened_at=now, told_at=now,
    )  # fmt: skip
    await conduct.open_case(session, row, body.people, str(by), now, body.known)
    return await conduct_answer(session, row, response)


@router.get("/conduct-cases/{case}")
async def read_conduct_case(
    case: UUID, response: Response, session: SessionDep, caller: CallerDep
) -> ConductCaseDetail:
    """One case."""
    return await conduct_answer(session, await conduct_case_for(session, caller, case), response)


@router.patch("/conduct-cases/{case}")
async def change(
    case: UUID, body: Change, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> ConductCaseDetail:  # fmt: skip
    """Name somebody else, cite a clause, or let the case weigh more."""
    row, by, now = await conduct_case_to_work_on(session, caller, case), caller.subject, clock.now()
    check_version(request, row)
    new = sorted(set(body.people) - set(await named_in(session, case)))
    await _check_known(session, caller, [person for person in new if person not in row.members])
    if len(new) + len(await named_in(session, case)) > MOST_NAMED:
        raise Contradiction(f"A case names {MOST_NAMED} people at the most; open another one.")
    for person in new:
        await conduct.name(session, row, person, by, now)
    if body.weight and body.weight != row.weight:
        check_weight(row.weight, body.weight)
        await conduct.weigh(session, row, body.weight, by, now)
    if body.clause and (body.clause, body.clause_version) != (row.clause, row.clause_version):
        row.clause, row.clause_version = body.clause, body.clause_version
        conduct.note(session, row, "cited", by, now, text=f"clause {body.clause} of {body.clause_version}")
    return await conduct_answer(session, row, response)


@router.post("/conduct-cases/{case}/handler")
async def take(
    case: UUID, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ConductCaseDetail:
    """Deal with the case from now on. Whoever has something to do with it does not find it (trap 17)."""
    row = await conduct_case_to_work_on(session, caller, case)
    if row.handler != (person := acting_person(caller)):
        await conduct.take(session, row, person, caller.subject, clock.now())
    return await conduct_answer(session, row, response)


@router.post("/conduct-cases/{case}/entries", status_code=201)
async def add_entry(case: UUID, body: NewEntry, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Entry:
    """Write a line into the timeline. It stays as it is."""
    row = await conduct_case_to_work_on(session, caller, case)
    if body.person is not None or body.kind == "left":
        await check_named(session, row, body.person)
    entry = conduct.note(session, row, body.kind, caller.subject, clock.now(), person=body.person, text=body.text)
    await session.flush()
    if body.kind == "left":
        await reporting.ask(session, row)
    return Entry.model_validate(entry)


@router.get("/conduct-cases/{case}/entries")
async def list_entries(
    case: UUID, session: SessionDep, caller: CallerDep, limit: PageSize = 50, cursor: Cursor = None
) -> Page[Entry]:
    """The timeline, oldest first."""
    await conduct_case_for(session, caller, case)
    rows = select(EntryRow).where(EntryRow.case == case).order_by(EntryRow.entry).limit(limit + 1)
    if cursor:
        rows = rows.where(EntryRow.entry > decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = [Entry.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].entry) if len(found) > limit else None)


@router.post("/conduct-cases/{case}/closing")
async def close(
    case: UUID, body: Closing, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> ConductCaseDetail:  # fmt: skip
    """Finish a case, once each legal report was answered; whom it froze may write again."""
    row = await conduct_case_to_work_on(session, caller, case)
    check_version(request, row)
    await conduct.close(session, row, body.outcome, caller.subject, clock.now(), body.text)
    return await conduct_answer(session, row, response)


@router.get("/incidents")
async def incidents(session: SessionDep, caller: CallerDep, site: SitePath) -> list[Incidents]:
    """Conduct cases of a place and below by month and weight; what the caller may not see is not counted (R78)."""
    caller.require(*SCREENERS, site=site)
    month = func.to_char(func.timezone("UTC", ConductCaseRow.opened_at), "YYYY-MM").label("month")
    columns = month, ConductCaseRow.weight, ConductCaseRow.state
    rows = select(*columns, func.count()).where(visible(caller), _at(site)).group_by(*columns).order_by(*columns)
    return [
        Incidents(month=of, weight=weight, state=state, cases=number)
        for of, weight, state, number in await session.execute(rows)
    ]


def check_version(request: Request, row: ConductCaseRow) -> None:
    """Refuse an edit of a version that the caller has not seen, where they say which one they saw."""
    if "if-match" in request.headers:
        require_match(request, row.version)


async def check_named(session: AsyncSession, row: ConductCaseRow, person: UUID | None) -> None:
    """Raise Invalid unless the case names this person."""
    if person not in await named_in(session, row.case):
        raise Invalid.field("person", "is not named in this case")


async def conduct_answer(session: AsyncSession, row: ConductCaseRow, response: Response) -> ConductCaseDetail:
    """A case with its version."""
    shown = await ConductCaseDetail.of(session, row)
    response.headers["ETag"] = etag(row.version)
    return shown


async def _check_known(session: AsyncSession, caller: Caller, people: list[UUID]) -> None:
    here = within(CaseRow.site, caller.sites(*SCREENERS))
    known = set(await session.scalars(select(CaseRow.person).where(CaseRow.person.in_(people), here)))
    if not set(people) <= known:
        raise Invalid.field("people", "name people who applied at your places")


def _at(site: str) -> ColumnElement[bool]:
    return or_(within(ConductCaseRow.site, [site]), within(func.coalesce(ConductCaseRow.other_site, ""), [site]))


def _overdue() -> ColumnElement[int]:
    """SQL: how many reports of a case were not answered in time."""
    late = select(func.count()).where(
        ReportRow.case == ConductCaseRow.case, ReportRow.state == "asked", ReportRow.overdue_at.is_not(None)
    )
    return late.correlate(ConductCaseRow).scalar_subquery()


def _acknowledged() -> ColumnElement[bool | None]:
    """SQL: whether each alarm of a case was acknowledged; NULL without one."""
    known = select(func.bool_and(AlarmRow.acknowledged_at.is_not(None))).where(AlarmRow.case == ConductCaseRow.case)
    return known.correlate(ConductCaseRow).scalar_subquery()
