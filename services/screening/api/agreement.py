"""The second person: agrees with a decision that was proposed, or disagrees and says why."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import proposing
from services.screening.api.decisions import answer, carry_out
from services.screening.api.shown import CaseDetail, version_of
from services.screening.domain.criteria import Criterion
from services.screening.domain.second_person import check_proposer, check_second_person
from services.screening.fields import Body, Prose
from services.screening.queries import proposal_of, ties_of
from services.screening.tables import CaseRow, ProposalRow
from services.screening.visibility import actor, case_to_screen
from shared.access import Caller, CallerDep
from shared.clock import Clock
from shared.contracts import Contradiction
from shared.http import ClockDep, SessionDep, TransactionRoute, require_match

router = APIRouter(route_class=TransactionRoute)


class Agreement(Body):
    """What the second person says. The reason is for screeners alone."""

    agrees: bool
    reason: Prose | None = None

    @model_validator(mode="after")
    def _who_disagrees_says_why(self) -> Self:
        if self.agrees == (self.reason is not None):
            raise ValueError("reason says why somebody disagrees, and is left out by who agrees")
        return self


@router.post("/cases/{clearance}/decision/agreement")
async def agree(
    clearance: UUID, body: Agreement, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> CaseDetail:  # fmt: skip
    """Agree, and the decision takes effect; or disagree, and the case is open again. Never who proposed it (trap 17).

    The same answer of the same person again is answered as the first.
    """
    row = await case_to_screen(session, caller, clearance)
    proposal = await proposal_of(session, clearance)
    if not _is_repeat(proposal, body, actor(caller)):
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        if proposal is None or proposal.answer or row.state != "proposed":
            raise Contradiction(f"This case is {row.state}; no decision waits for a second person.")
        await _answer(session, row, proposal, body, caller, clock)
    return await answer(session, row, response)


async def _answer(
    session: AsyncSession, row: CaseRow, proposal: ProposalRow, body: Agreement, caller: Caller, clock: Clock
) -> None:
    ties = await ties_of(session, [row.person, *([caller.person] if caller.person else [])])
    check_second_person(proposal.proposed_by, caller.person, row.person, ties)
    if body.reason is not None:
        proposing.disagree(session, row, proposal, body.reason, actor(caller), clock.now())
        return
    check_proposer(proposal.proposed_by, row.person, ties)
    proposing.agree(row, proposal, actor(caller), clock.now())
    criterion = Criterion(
        proposal.criterion, proposal.criterion_version, row.kind == "mentee", proposal.clears, proposal.category, ""
    )
    await carry_out(session, row, criterion, proposal.valid_until, proposal.proposed_by, clock)


def _is_repeat(proposal: ProposalRow | None, body: Agreement, by: str) -> bool:
    return (
        proposal is not None
        and proposal.answered_by == by
        and (proposal.answer == "agreed") == body.agrees
        and proposal.reason == body.reason
    )
