"""How conflicts of laws, and what no source was read for, are settled in a case: by a named person, with a reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import asking, decisions
from services.screening.api.shown import version_of
from services.screening.domain.cases import check_open
from services.screening.domain.settlements import How, matter_of, still_open
from services.screening.fields import Body, Line, Prose
from services.screening.settling import as_settled, matters_of, settlements_of
from services.screening.tables import CaseRow, SettlementRow
from services.screening.visibility import case_for, case_to_decide, sees_evidence
from shared.access import Caller, CallerDep
from shared.clock import Clock
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.ids import new_id
from shared.law import NOT_ADVICE
from shared.problems import Forbidden

router = APIRouter(route_class=TransactionRoute)

What = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}(/[A-Za-z0-9-]{1,40})?$")]


class NewSettlement(Body):
    """How something was settled. `what` is the check of a conflict, or the name of something unsettled."""

    what: What
    how: How
    reason: Prose
    reference: Line | None = None


class SettlementShown(BaseModel):
    """Who settled what, how and why; `rules` are those it was about."""

    model_config = ConfigDict(from_attributes=True)

    settlement: UUID
    what: str
    rules: list[str]
    how: How
    reason: str
    reference: str | None
    settled_by: str
    settled_at: datetime


class ToSettle(BaseModel):
    """What nobody has settled yet, and nobody accepted for the whole site."""

    model_config = ConfigDict(from_attributes=True)

    what: str
    about: str


class Settlements(BaseModel):
    """What is to be settled before clearing, and all that was settled, oldest first."""

    to_settle: list[ToSettle]
    settlements: list[SettlementShown]
    notice: str = NOT_ADVICE


@router.get("/cases/{clearance}/settlements")
async def settlements(clearance: UUID, session: SessionDep, caller: CallerDep, response: Response) -> Settlements:
    """What the case has to settle and what was settled in it, for its screeners."""
    row = await case_for(session, caller, clearance)
    if not await sees_evidence(session, caller, row):
        raise Forbidden("How something was settled is for the screeners of the case.")
    return await _answer(session, row, response)


@router.post("/cases/{clearance}/settlements")
async def settle(
    clearance: UUID, body: NewSettlement, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> Settlements:  # fmt: skip
    """Record how it was settled, by the law of today; the same again changes nothing. What was settled is kept."""
    row = await case_to_decide(session, caller, clearance)
    if not _is_known(await settlements_of(session, clearance), body):
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        check_open(row.state)
        await _settle(session, row, body, caller, clock)
    return await _answer(session, row, response)


async def _settle(session: AsyncSession, row: CaseRow, body: NewSettlement, caller: Caller, clock: Clock) -> None:
    await asking.ask(session, [row], on=clock.today(), heard=clock.now())
    known = await settlements_of(session, row.clearance)
    matter = matter_of(matters_of(row), body.what, len(known))
    fields = {"rules": sorted(matter.rules), "settled_by": caller.subject, "settled_at": clock.now()}
    session.add(SettlementRow(settlement=new_id(), clearance=row.clearance, **body.model_dump(), **fields))
    row.version += 1
    decisions.note(session, row, "settled", caller.subject, clock.now())


def _is_known(rows: Sequence[SettlementRow], body: NewSettlement) -> bool:
    """Whether the newest settlement of it says the same."""
    newest = next((row for row in reversed(rows) if row.what == body.what), None)
    return newest is not None and all(getattr(newest, name) == value for name, value in body.model_dump().items())


async def _answer(session: AsyncSession, row: CaseRow, response: Response) -> Settlements:
    await session.flush()
    rows = await settlements_of(session, row.clearance)
    response.headers["ETag"] = etag(version_of(row))
    found = still_open(matters_of(row), as_settled(rows)) if row.state == "open" else []
    return Settlements(
        to_settle=[ToSettle.model_validate(each) for each in found],
        settlements=[SettlementShown.model_validate(each) for each in rows],
    )
