"""Runs: propose pairs of an offering's pool, read a run, and confirm its proposals."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.matching import runs
from services.matching.api.pairs import Pair, shown
from services.matching.domain.pairing import SENTENCES, Refusal
from services.matching.tables import ProposalRow, RunRow
from services.matching.visibility import offering_to_pair, run_for
from shared.access import Caller, CallerDep
from shared.contracts import OfferingId, RoleKind
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)

MOST_NAMED = 5_000


class NewRun(BaseModel):
    """Whose pool to pair."""

    model_config = ConfigDict(extra="forbid")

    offering: OfferingId


class Term(BaseModel):
    """One reason for a pair; where it is not `known`, it is half of the most."""

    term: str
    points: int
    known: bool


class Proposal(BaseModel):
    """Two people whom the run would pair, and why."""

    model_config = ConfigDict(from_attributes=True)

    proposal: UUID
    mentor: UUID
    mentee: UUID
    score: int
    state: Literal["pending", "confirmed", "replaced"]
    pair: UUID | None
    terms: list[Term]


class Unmatched(BaseModel):
    """Somebody whom the run paired with nobody; `barred` counts people of the other side by what bars them."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    role: RoleKind
    reason: str
    barred: dict[str, int]


class Run(BaseModel):
    """A run. `blocking_pairs`: how many two would both rather have each other than whom they got."""

    model_config = ConfigDict(from_attributes=True)

    run: UUID
    offering: str
    site: str
    made_at: datetime
    expires_on: date
    mentors: int
    mentees: int
    places: int
    barred_pairs: int
    blocking_pairs: int
    total_score: int
    proposals: list[Proposal]
    unmatched: list[Unmatched]


class Confirmation(BaseModel):
    """Which proposals to confirm; all that are pending where none is named."""

    model_config = ConfigDict(extra="forbid")

    proposals: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_NAMED)


class Refused(BaseModel):
    """A proposal that cannot be confirmed (any more), and all reasons."""

    proposal: UUID
    mentor: UUID
    mentee: UUID
    reasons: list[Refusal]
    detail: str


class Confirmed(BaseModel):
    """What became of the proposals. A proposal confirmed before comes back with its pair."""

    run: UUID
    pairs: list[Pair]
    refused: list[Refused]


@router.post("/runs", status_code=201)
async def start_run(body: NewRun, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Run:
    """Propose as many pairs as possible, and of those assignments the best. Pending proposals are replaced."""
    offering = await offering_to_pair(session, caller, body.offering)
    return await _shown(session, await runs.propose(session, offering, caller.subject, clock))


@router.get("/runs/{run}")
async def read_run(run: UUID, session: SessionDep, caller: CallerDep) -> Run:
    """A run as it stands."""
    return await _shown(session, await run_for(session, caller, run))


@router.post("/runs/{run}/confirmation")
async def confirm(run: UUID, body: Confirmation, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Confirmed:
    """Make pairs of all or of the named proposals; what has changed since the run is checked again.

    Nobody pairs themself: a proposal of the caller is left for another coordinator, and refused where it is named.
    """
    row = await run_for(session, caller, run)
    offering = await offering_to_pair(session, caller, row.offering)
    proposals = _of_others(caller, _named(await runs.hold_run(session, row), body.proposals), named=body.proposals)
    found = await runs.confirm(session, offering, proposals, caller.subject, clock)
    return Confirmed(
        run=run,
        pairs=await shown(session, found.pairs, clock.today()),
        refused=[_refused(proposal, reasons) for proposal, reasons in found.refused],
    )


def _named(proposals: list[ProposalRow], named: list[UUID] | None) -> list[ProposalRow]:
    if named is None:
        return proposals
    if missing := set(named) - {proposal.proposal for proposal in proposals}:
        raise Invalid.field("proposals", f"{len(missing)} of them are not of this run")
    return [proposal for proposal in proposals if proposal.proposal in named]


def _of_others(caller: Caller, proposals: list[ProposalRow], *, named: list[UUID] | None) -> list[ProposalRow]:
    others = [proposal for proposal in proposals if caller.person not in (proposal.mentor, proposal.mentee)]
    if named and len(others) < len(proposals):
        raise Forbidden("Nobody pairs themself; leave your own proposal to another coordinator.")
    return others


def _refused(proposal: ProposalRow, reasons: list[Refusal]) -> Refused:
    return Refused(
        proposal=proposal.proposal, mentor=proposal.mentor, mentee=proposal.mentee, reasons=reasons,
        detail=" ".join(SENTENCES[reason] for reason in reasons),
    )  # fmt: skip


async def _shown(session: SessionDep, row: RunRow) -> Run:
    told: dict[str, Any] = {name: getattr(row, name) for name in Run.model_fields if hasattr(row, name)}
    return Run(
        **told,
        proposals=[Proposal.model_validate(one) for one in await runs.proposals_of(session, row.run)],
        unmatched=[Unmatched.model_validate(one) for one in await runs.left_out_of(session, row.run)],
    )
