"""Cases, to read."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from services.screening.agreeing import consents_of
from services.screening.api.decisions import answer
from services.screening.api.shown import CaseDetail, CaseSummary
from services.screening.domain.cases import State
from services.screening.domain.consents import shown
from services.screening.tables import CaseRow
from services.screening.visibility import case_for, in_state, near, sees_evidence, visible_cases
from shared.access import CallerDep, within
from shared.contracts import SitePath, Slug
from shared.http import SessionDep, TransactionRoute, etag
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class CaseFilter(BaseModel):
    """Which cases to list."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    state: State | None = None
    role: Slug | None = None
    application: UUID | None = None
    person: UUID | None = None
    limit: PageSize = 50
    cursor: Cursor = None


@router.get("/cases")
async def cases(session: SessionDep, caller: CallerDep, wanted: Annotated[CaseFilter, Query()]) -> Page[CaseSummary]:
    """Cases at the caller's places and the caller's own, oldest first."""
    statement, people = select(CaseRow).where(visible_cases(caller)), await near(session, caller)
    for name, value in wanted.model_dump(include={"role", "application", "person"}, exclude_none=True).items():
        statement = statement.where(getattr(CaseRow, name) == value)
    if wanted.state:
        statement = statement.where(await in_state(session, people, wanted.state))
    if wanted.site:
        statement = statement.where(within(CaseRow.site, [wanted.site]))
    if wanted.cursor:
        statement = statement.where(CaseRow.clearance > decode_cursor(wanted.cursor, UUID)[0])
    rows = (await session.scalars(statement.order_by(CaseRow.clearance).limit(wanted.limit + 1))).all()
    following = encode_cursor(rows[wanted.limit - 1].clearance) if len(rows) > wanted.limit else None
    return Page(items=[CaseSummary.of(row, row.person in people) for row in rows[: wanted.limit]], next=following)


@router.get("/cases/{clearance}")
async def case(clearance: UUID, session: SessionDep, caller: CallerDep, response: Response) -> CaseDetail:
    """One case. Its person sees its state, never its results."""
    row = await case_for(session, caller, clearance)
    if not await sees_evidence(session, caller, row):
        told = CaseDetail.for_person(row)
        response.headers["ETag"] = etag(told.version)
        return told
    consents = shown(await consents_of(session, row.person))
    return (await answer(session, row, response)).model_copy(update={"consents": consents})
