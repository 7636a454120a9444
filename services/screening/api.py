"""The HTTP door of screening: cases, results, decisions, withdrawals."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain import (
    CRITERIA,
    Category,
    Outcome,
    State,
    check_decider,
    check_results,
    clear_until,
    criterion_for,
)
from services.screening.queries import as_results, locked_case, results_of
from services.screening.tables import CaseRow, ResultRow
from shared.access import Caller, CallerDep, within
from shared.contracts import Contradiction, OfferingId, RoleKind, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
CriterionName = Annotated[Slug, Field(description="A criterion of GET /criteria.")]


class NewResult(BaseModel):
    """How a check ended. `reference` says where the evidence is kept; send no record."""

    model_config = ConfigDict(extra="forbid")

    check: Slug
    outcome: Outcome
    valid_until: date | None = None
    reference: Reference | None = None


class NewResults(BaseModel):
    """Several results of one case; all are recorded, or none."""

    model_config = ConfigDict(extra="forbid")

    results: Annotated[list[NewResult], Field(min_length=1, max_length=20)]


class Decision(BaseModel):
    """Clear or decline, citing a criterion (R48). `valid_until` may shorten a clearance."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["clear", "decline"]
    criterion: CriterionName
    valid_until: date | None = None


class Withdrawal(BaseModel):
    """End a clearance now, citing a criterion."""

    model_config = ConfigDict(extra="forbid")

    criterion: CriterionName


class CaseSummary(BaseModel):
    """A case in a list; why it was declined is not part of it (R54)."""

    model_config = ConfigDict(from_attributes=True)

    clearance: UUID
    application: UUID
    person: UUID
    role: Slug
    kind: RoleKind
    offering: OfferingId
    site: SitePath
    state: State
    required: list[str]
    opened_at: datetime
    valid_until: date | None
    ended_on: date | None


class RecordedResult(BaseModel):
    """A recorded result; reference and recorder are for screeners."""

    check: str
    outcome: Outcome
    valid_until: date | None
    reference: str | None
    recorded_by: str
    recorded_at: datetime


class CaseDetail(CaseSummary):
    """A case as its screeners see it; the person sees it without results and criterion."""

    criterion: str | None = None
    results: list[RecordedResult] = []


class CriterionShown(BaseModel):
    """A criterion that decisions cite."""

    criterion: str
    version: int
    for_mentee: bool
    clears: bool
    category: Category
    text: str


@router.get("/criteria")
async def criteria(caller: CallerDep) -> list[CriterionShown]:
    """The criteria that stood before applications opened (R48)."""
    caller.require_anywhere("screener", "administrator")
    return [CriterionShown.model_validate(criterion, from_attributes=True) for criterion in CRITERIA.values()]


@router.get("/cases")
async def cases(
    session: SessionDep,
    caller: CallerDep,
    site: SitePath | None = None,
    state: State | None = None,
    role: Slug | None = None,
    application: UUID | None = None,
    person: UUID | None = None,
    limit: PageSize = 50,
    cursor: Cursor = None,
) -> Page[CaseSummary]:
    """Cases at the caller's places, oldest first."""
    statement = select(CaseRow).where(within(CaseRow.site, caller.sites("screener", "administrator")))
    for column, value in (
        (CaseRow.state, state),
        (CaseRow.role, role),
        (CaseRow.application, application),
        (CaseRow.person, person),
    ):
        statement = statement if value is None else statement.where(column == value)
    if site:
        statement = statement.where(within(CaseRow.site, [site]))
    if cursor:
        statement = statement.where(CaseRow.clearance > decode_cursor(cursor, UUID)[0])
    rows = (await session.scalars(statement.order_by(CaseRow.clearance).limit(limit + 1))).all()
    following = encode_cursor(rows[limit - 1].clearance) if len(rows) > limit else None
    return Page(items=[CaseSummary.model_validate(row) for row in rows[:limit]], next=following)


@router.get("/cases/{clearance}")
async def case(clearance: UUID, session: SessionDep, caller: CallerDep, response: Response) -> CaseDetail:
    """One case. Its person sees its state, never its results."""
    row = _visible(await session.get(CaseRow, clearance), caller)
    response.headers["ETag"] = etag(row.version)
    return await _detail(session, row, caller)


@router.post("/cases/{clearance}/results")
async def record_results(
    clearance: UUID, body: NewResults, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CaseDetail:
    """Record results of required checks; the same results again change nothing."""
    row = _screened(await locked_case(session, clearance), caller)
    check_decider(caller.person, row.person)
    known = await results_of(session, clearance)
    if not all(_same(known.get(result.check), result) for result in body.results):
        check_results(row.required, _state(row), [result.check for result in body.results])
        for result in body.results:
            await session.merge(_row(clearance, result, caller.subject, clock.now()))
        row.version += 1
        decisions.note(session, row, "results", caller.subject, clock.now())
        await session.flush()
    return await _detail(session, row, caller)


@router.post("/cases/{clearance}/decision")
async def decide(
    clearance: UUID, body: Decision, request: Request, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CaseDetail:
    """Clear or decline. The same decision again is answered as the first; another one is refused."""
    row = _screened(await locked_case(session, clearance), caller)
    check_decider(caller.person, row.person)
    clears = body.decision == "clear"
    if row.state in ("cleared", "declined"):
        if (row.state == "cleared") != clears or row.criterion != body.criterion:
            raise Contradiction(f"This case is {row.state} already; a new application opens a new case.")
        return await _detail(session, row, caller)
    if "if-match" in request.headers:
        require_match(request, row.version)
    if row.state != "open":
        raise Contradiction(f"This case is {row.state}; only an open case can be decided.")
    criterion = criterion_for(body.criterion, RoleKind(row.kind), clears=clears)
    if clears:
        results = as_results(await results_of(session, clearance))
        until = clear_until(row.required, results, clock.today(), body.valid_until)
        await decisions.clear(session, row, criterion, until, caller.subject, clock.now())
    else:
        await decisions.decline(session, row, criterion, caller.subject, clock.now())
    return await _detail(session, row, caller)


@router.post("/cases/{clearance}/withdrawal")
async def withdraw(
    clearance: UUID, body: Withdrawal, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CaseDetail:
    """End a clearance now (trap 7); whoever relies on it hears so at once."""
    row = _screened(await locked_case(session, clearance), caller)
    check_decider(caller.person, row.person)
    criterion = criterion_for(body.criterion, RoleKind(row.kind), clears=False)
    if row.state == "ended":
        return await _detail(session, row, caller)
    if row.state != "cleared":
        raise Contradiction(f"This case is {row.state}; only a clearance can be withdrawn.")
    row.criterion = criterion.criterion
    await decisions.end(session, row, caller.subject, clock.now())
    return await _detail(session, row, caller)


def _visible(row: CaseRow | None, caller: Caller) -> CaseRow:
    if row is None or not (caller.person == row.person or _may_screen(row, caller)):
        raise NotFound("There is no such case, or none that you may see.")
    return row


def _screened(row: CaseRow | None, caller: Caller) -> CaseRow:
    visible = _visible(row, caller)
    caller.require("screener", "administrator", site=visible.site)
    return visible


def _may_screen(row: CaseRow, caller: Caller) -> bool:
    return caller.covers("screener", "administrator", site=row.site)


def _state(row: CaseRow) -> State:
    state: State = row.state  # type: ignore[assignment]  # the table's CHECK allows no other
    return state


def _same(row: ResultRow | None, result: NewResult) -> bool:
    if row is None:
        return False
    return (row.outcome, row.valid_until, row.reference) == (result.outcome, result.valid_until, result.reference)


def _row(clearance: UUID, result: NewResult, by: str, at: datetime) -> ResultRow:
    return ResultRow(
        clearance=clearance, check_name=result.check, outcome=result.outcome, valid_until=result.valid_until,
        reference=result.reference, recorded_by=by, recorded_at=at,
    )  # fmt: skip


async def _detail(session: AsyncSession, row: CaseRow, caller: Caller) -> CaseDetail:
    detail = CaseDetail.model_validate(CaseSummary.model_validate(row).model_dump())
    if not _may_screen(row, caller):
        return detail
    results = [
        RecordedResult.model_validate({**result.__dict__, "check": check})
        for check, result in sorted((await results_of(session, row.clearance)).items())
    ]
    return detail.model_copy(update={"criterion": row.criterion, "results": results})


