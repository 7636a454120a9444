"""What is to be done at the caller's places: open steps by when they are due, and how the work went lately."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, select

from services.screening.domain.steps import StepState, is_stalled
from services.screening.queues import Place, page_of_steps, places_with_work
from services.screening.summaries import Summary, summary_of
from services.screening.tables import CaseRow, StepRow
from services.screening.visibility import SCREENERS, near
from shared.access import CallerDep, covered
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class QueuedStep(BaseModel):
    """An open step. `age_days`: since its case asked for it. `taken_by`: who looks after it, or null."""

    clearance: UUID
    check: Slug
    site: SitePath
    role: Slug
    kind: RoleKind
    offering: OfferingId
    performer: str
    state: StepState
    taken_by: str | None
    due_on: date
    stalled: bool
    age_days: int
    opened_at: datetime


class QueueFilter(BaseModel):
    """Which steps to list. `owner`: mine, nobody's, or a screener's id."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    check: Slug | None = None
    state: StepState | None = None
    role: Slug | None = None
    owner: Literal["me", "nobody"] | UUID | None = None
    stalled: bool = False
    limit: PageSize = 50
    cursor: Cursor = None


@router.get("/queue")
async def queue(
    session: SessionDep, caller: CallerDep, clock: ClockDep, wanted: Annotated[QueueFilter, Query()]
) -> Page[QueuedStep]:
    """Open steps at the caller's places, those due first at the front; never of their own case or of someone close."""
    today = clock.today()
    after = Place(*decode_cursor(wanted.cursor, date.fromisoformat, UUID, str)) if wanted.cursor else None
    sites = covered(await places_with_work(session), caller.sites(*SCREENERS), wanted.site)
    where = _where(wanted, caller.subject, today)
    if people := await near(session, caller):
        where.append(StepRow.clearance.not_in(select(CaseRow.clearance).where(CaseRow.person.in_(people))))
    rows = await page_of_steps(session, sites, where, after, wanted.limit + 1)
    items = [_shown(row, today) for row in rows[: wanted.limit]]
    last = rows[wanted.limit - 1] if len(rows) > wanted.limit else None
    return Page(items=items, next=last and encode_cursor(last.due_on, last.clearance, last.check_name))


def _where(wanted: QueueFilter, subject: str, today: date) -> list[ColumnElement[bool]]:
    named = {StepRow.check_name: wanted.check, StepRow.state: wanted.state}
    found = [column == value for column, value in named.items() if value is not None]
    if wanted.role:
        found.append(StepRow.clearance.in_(select(CaseRow.clearance).where(CaseRow.role == wanted.role)))
    if wanted.owner == "nobody":
        found.append(StepRow.taken_by.is_(None))
    elif wanted.owner:
        found.append(StepRow.taken_by == (subject if wanted.owner == "me" else str(wanted.owner)))
    if wanted.stalled:
        found.append(StepRow.due_on < today)
    return found


def _shown(row: Any, today: date) -> QueuedStep:
    return QueuedStep(
        **{name: getattr(row, name) for name in QueuedStep.model_fields if name not in _COMPUTED},
        check=row.check_name,
        stalled=is_stalled(row.state, row.due_on, today),
        age_days=max(0, (today - row.opened_at.date()).days),
    )


_COMPUTED = {"check", "stalled", "age_days"}


class SummaryFilter(BaseModel):
    """Of which places, and of cases opened since which day; ninety days back at the most a year."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    days: Annotated[int, Field(ge=1, le=366)] = 90


@router.get("/queue/summary")
async def summary(
    session: SessionDep, caller: CallerDep, clock: ClockDep, wanted: Annotated[SummaryFilter, Query()]
) -> Summary:
    """How the work stands and went: open and stalled steps, days per step, the funnel and why people dropped out."""
    caller.require_anywhere(*SCREENERS)
    if wanted.site:
        caller.require(*SCREENERS, site=wanted.site)
    since = clock.now() - timedelta(days=wanted.days)
    return await summary_of(session, caller.sites(*SCREENERS), wanted.site, since, clock.today())
