"""Decisions by a person, citing a criterion, and the end of a clearance before its time."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import asking, decisions
from services.screening.api.shown import CaseDetail, version_of
from services.screening.domain.cases import (
    Decided,
    check_known,
    check_open,
    check_withdrawable,
    clear_until,
    criterion_for,
    is_repeat,
)
from services.screening.queries import as_results, results_of
from services.screening.tables import CaseRow
from services.screening.visibility import case_to_screen
from shared.access import CallerDep
from shared.clock import Clock
from shared.contracts import RoleKind, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match

router = APIRouter(route_class=TransactionRoute)

CriterionName = Annotated[Slug, Field(description="A criterion of GET /criteria.")]


class Decision(BaseModel):
    """Clear or decline, citing a criterion (R48). `valid_until` may shorten a clearance."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["clear", "decline"]
    criterion: CriterionName
    valid_until: date | None = None

    @property
    def clears(self) -> bool:
        """Whether the person may act."""
        return self.decision == "clear"

    @model_validator(mode="after")
    def _only_a_clearance_has_a_last_day(self) -> Self:
        if self.valid_until and not self.clears:
            raise ValueError("only a clearance has a valid_until; leave it out when you decline")
        return self


class Withdrawal(BaseModel):
    """End a clearance now, citing a criterion."""

    model_config = ConfigDict(extra="forbid")

    criterion: CriterionName


@router.post("/cases/{clearance}/decision")
async def decide(
    clearance: UUID, body: Decision, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> CaseDetail:  # fmt: skip
    """Clear or decline. The same decision again is answered as the first; another one is refused."""
    row = await case_to_screen(session, caller, clearance)
    if not _stands_already(row, body):
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        check_open(row.state)
        await _decide(session, row, body, caller.subject, clock)
    return await _answer(session, row, response)


@router.post("/cases/{clearance}/withdrawal")
async def withdraw(
    clearance: UUID, body: Withdrawal, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> CaseDetail:  # fmt: skip
    """End a clearance now (trap 7); whoever relies on it hears so at once."""
    row = await case_to_screen(session, caller, clearance)
    criterion = criterion_for(body.criterion, RoleKind(row.kind), clears=False)
    if row.ending_criterion != criterion.criterion:
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        check_withdrawable(row.state)
        await decisions.withdraw(session, row, criterion, caller.subject, clock.now())
    return await _answer(session, row, response)


def _stands_already(row: CaseRow, asked: Decision) -> bool:
    if row.criterion is None:
        return False
    decided = Decided(row.state != "declined", row.criterion, row.valid_until)
    return is_repeat(decided, clears=asked.clears, criterion=asked.criterion, wanted=asked.valid_until)


async def _decide(session: AsyncSession, row: CaseRow, asked: Decision, by: str, clock: Clock) -> None:
    criterion = criterion_for(asked.criterion, RoleKind(row.kind), clears=asked.clears)
    if asked.clears:
        await asking.ask(session, [row], clock.today())  # by the law of the day on which the person is cleared
        results = as_results(await results_of(session, row.clearance))
        until = clear_until(row.required, results, clock.today(), row.validity, asked.valid_until)
        check_known(row.place_known, row.facts_known)
        await decisions.clear(session, row, criterion, until, by, clock.now())
    else:
        await decisions.decline(session, row, criterion, by, clock.now())


async def _answer(session: AsyncSession, row: CaseRow, response: Response) -> CaseDetail:
    response.headers["ETag"] = etag(version_of(row))
    return CaseDetail.for_screener(row, await results_of(session, row.clearance))
