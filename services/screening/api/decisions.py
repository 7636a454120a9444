"""Decisions by a person, citing a criterion, and the end of a clearance before its time."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import adverse, asking, decisions, onsite, proposing
from services.screening.api.shown import CaseDetail, version_of
from services.screening.criteria import criteria_of
from services.screening.domain.cases import (
    Decided,
    check_known,
    check_not_stopped,
    check_open,
    check_withdrawable,
    clear_until,
    is_repeat,
)
from services.screening.domain.criteria import Criterion, criterion_for
from services.screening.domain.flags import check_no_red
from services.screening.domain.second_person import needs_second_person
from services.screening.domain.waiting import check_referral
from services.screening.fields import Line
from services.screening.queries import (
    as_results,
    is_stopped,
    locked_cases_of,
    open_flags,
    proposal_of,
    results_of,
)
from services.screening.settling import check_case_settled
from services.screening.tables import CaseRow
from services.screening.visibility import actor, case_for, case_to_decide
from shared.access import CallerDep
from shared.clock import Clock
from shared.contracts import RoleKind, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match

router = APIRouter(route_class=TransactionRoute)

CriterionName = Annotated[Slug, Field(description="A criterion of GET /criteria.")]


class Decision(BaseModel):
    """Clear or decline, citing a criterion (R48). `valid_until` may shorten a clearance.

    `referred_to`: the organisation of which a mentee who is declined is told, whatever the criterion.
    """

    model_config = ConfigDict(extra="forbid")

    decision: Literal["clear", "decline"]
    criterion: CriterionName
    valid_until: date | None = None
    referred_to: Line | None = None

    @property
    def clears(self) -> bool:
        """Whether the person may act."""
        return self.decision == "clear"

    @model_validator(mode="after")
    def _only_a_clearance_has_a_last_day(self) -> Self:
        if self.valid_until and not self.clears:
            raise ValueError("only a clearance has a valid_until; leave it out when you decline")
        if self.referred_to and self.clears:
            raise ValueError("only who is declined is referred_to somebody else; leave it out when you clear")
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
    """Clear or decline; where the case asks for a second person, the decision is proposed until one agrees.

    The same decision again is answered as the first; another one is refused.
    """
    row = await case_to_decide(session, caller, clearance)
    if not await _stands_already(session, row, body, actor(caller)):
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        check_open(row.state)
        criteria = await criteria_of(session, row)
        criterion = criterion_for(criteria, body.criterion, RoleKind(row.kind), clears=body.clears)
        check_referral(RoleKind(row.kind), body.referred_to)
        row.referred_to = body.referred_to
        await _decide(session, row, criterion, body.valid_until, actor(caller), clock)
    return await answer(session, row, response)


@router.post("/cases/{clearance}/withdrawal")
async def withdraw(
    clearance: UUID, body: Withdrawal, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> CaseDetail:  # fmt: skip
    """End a clearance now, and with it the one that renews it (trap 7). It waits for no second person."""
    application = (await case_for(session, caller, clearance)).application
    every = await locked_cases_of(session, application)
    row = await case_to_decide(session, caller, clearance)
    criteria = await criteria_of(session, row)
    criterion = criterion_for(criteria, body.criterion, RoleKind(row.kind), clears=False)
    if row.ending_criterion != criterion.criterion:
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        check_withdrawable(row.state)
        for case in every:
            if case.state == "cleared":
                await decisions.withdraw(session, case, criterion, actor(caller), clock.now())
    return await answer(session, row, response)


async def _stands_already(session: AsyncSession, row: CaseRow, asked: Decision, by: str) -> bool:
    if row.state == "proposed":
        stands = await proposal_of(session, row.clearance)
        return stands is not None and (stands.proposed_by, stands.clears, stands.criterion, stands.valid_until) == (
            by, asked.clears, asked.criterion, asked.valid_until,
        )  # fmt: skip
    if row.criterion is None or row.referred_to != asked.referred_to:
        return False
    decided = Decided(row.state != "declined", row.criterion, row.valid_until)
    return is_repeat(decided, clears=asked.clears, criterion=asked.criterion, wanted=asked.valid_until)


async def _decide(
    session: AsyncSession, row: CaseRow, criterion: Criterion, wanted: date | None, by: str, clock: Clock
) -> None:
    until = await _until(session, row, wanted, clock) if criterion.clears else None
    if until is None:
        await adverse.check_may_refuse(session, row, criterion, clock.today())
    if needs_second_person(row.second_person, clears=criterion.clears, category=criterion.category):
        await proposing.propose(session, row, criterion, wanted, by, clock.now())
    elif until:
        await decisions.clear(session, row, criterion, until, by, clock.now())
    else:
        await decisions.decline(session, row, criterion, by, clock.now())


async def carry_out(
    session: AsyncSession, row: CaseRow, criterion: Criterion, wanted: date | None, by: str, clock: Clock
) -> None:
    """Let a decision take effect that a second person agreed with; what it rests on is looked at anew."""
    if criterion.clears:
        until = await _until(session, row, wanted, clock)
        await decisions.clear(session, row, criterion, until, by, clock.now())
    else:
        await adverse.check_may_refuse(session, row, criterion, clock.today())
        await decisions.decline(session, row, criterion, by, clock.now())


async def _until(session: AsyncSession, row: CaseRow, wanted: date | None, clock: Clock) -> date:
    """The last day of a clearance, by the law of the day on which the person is cleared."""
    await asking.ask(session, [row], on=clock.today())
    results = as_results(await results_of(session, row.clearance))
    until = clear_until(row.required, results, clock.today(), row.validity, wanted)
    check_known(row.place_known, row.facts_known)
    check_not_stopped(await is_stopped(session, row.offering))
    await onsite.check_may_begin(session, row)
    check_no_red(await open_flags(session, row.clearance))
    await check_case_settled(session, row)
    return until


async def answer(session: AsyncSession, row: CaseRow, response: Response) -> CaseDetail:
    """The case as its screeners see it, and its version."""
    response.headers["ETag"] = etag(version_of(row))
    results, proposal = await results_of(session, row.clearance), await proposal_of(session, row.clearance)
    return CaseDetail.for_screener(row, results, proposal)
