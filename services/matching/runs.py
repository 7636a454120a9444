"""Runs as rows: a run's proposals and whom it left out, and their confirmation."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching import pairing, queries
from services.matching.domain.assignment import Assignment, History, Unmatched, terms
from services.matching.domain.pairing import PROPOSALS_STAND, Pair, Refusal, available, proposal_refusal
from services.matching.domain.pool import Candidate, Unavailable
from services.matching.tables import LeftOutRow, OfferingRow, PairRow, ProposalRow, RunRow
from shared.clock import Clock
from shared.contracts import RoleKind
from shared.db import hold
from shared.ids import new_id

BUSY = (Unavailable.HAS_MENTOR, Unavailable.HOURS_FULL, Unavailable.BEING_SCREENED)
"""Not left out by a run: they are paired, or not cleared yet."""


async def propose(session: AsyncSession, offering: OfferingRow, by: str, clock: Clock) -> RunRow:
    """Run the pool of an offering. Proposals of an earlier run of it that nobody confirmed are replaced."""
    pool = await queries.pool_of(session, offering, clock.today())
    mentors, mentees = available(pool, RoleKind.MENTOR), available(pool, RoleKind.MENTEE)
    history = await queries.history_of(session, offering.offering, {one.person for one in pool}, clock.today())
    found = await _solve(mentors, mentees, history)
    row = RunRow(
        run=new_id(), offering=offering.offering, site=offering.site, made_by=by, made_at=clock.now(),
        expires_on=clock.today() + PROPOSALS_STAND, mentors=len(mentors), mentees=len(mentees),
        places=sum(mentor.places for mentor in mentors), barred_pairs=found.barred_pairs,
        blocking_pairs=found.blocking_pairs, total_score=found.total_score,
    )  # fmt: skip
    await _hold_proposals(session, offering.offering)
    await _replace_pending(session, offering.offering)
    session.add(row)
    await session.flush()
    await _store(session, row, found, pool)
    return row


async def _solve(mentors: Sequence[Candidate], mentees: Sequence[Candidate], history: History) -> Assignment:
    """In a process of its own, whose memory goes with it. Raises RuntimeError when it fails."""
    command = sys.executable, "-m", "services.matching.solver"
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        found, _ = await process.communicate(pickle.dumps((mentors, mentees, history)))
    finally:
        if process.returncode is None:  # cancelled
            process.kill()
    if process.returncode:
        raise RuntimeError(f"The solver ended with exit code {process.returncode}; its reason stands in the log.")
    answer: Assignment = pickle.loads(found)  # noqa: S301 our own process wrote it
    return answer


async def _hold_proposals(session: AsyncSession, offering: str) -> None:
    await hold(session, f"proposals/{offering}")


async def _replace_pending(session: AsyncSession, offering: str) -> None:
    pending = update(ProposalRow).where(ProposalRow.offering == offering, ProposalRow.state == "pending")
    await session.execute(pending.values(state="replaced"))


async def _store(session: AsyncSession, run: RunRow, found: Assignment, pool: Sequence[Candidate]) -> None:
    known = {(one.person, one.role): one for one in pool}
    proposals: list[dict[str, Any]] = [
        {
            "proposal": new_id(), "run": run.run, "offering": run.offering, "mentor": two.mentor,
            "mentee": two.mentee, "expires_on": run.expires_on, "score": two.score, "state": "pending",
            "terms": [
                asdict(term) for term in terms(known[two.mentor, RoleKind.MENTOR], known[two.mentee, RoleKind.MENTEE])
            ],
        }
        for two in found.proposals
    ]  # fmt: skip
    if proposals:
        await session.execute(insert(ProposalRow), proposals)
    unable = [Unmatched(one.person, one.role, one.reason, {}) for one in pool if one.reason and one.reason not in BUSY]
    left_out = [{"run": run.run, **asdict(one)} for one in (*found.unmatched, *unable)]
    if left_out:
        await session.execute(insert(LeftOutRow), left_out)


async def proposals_of(session: AsyncSession, run: UUID) -> list[ProposalRow]:
    """The proposals of a run, the best first."""
    rows = select(ProposalRow).where(ProposalRow.run == run)
    return list(await session.scalars(rows.order_by(ProposalRow.score.desc(), ProposalRow.proposal)))


async def left_out_of(session: AsyncSession, run: UUID) -> list[LeftOutRow]:
    """Whom a run paired with nobody."""
    rows = select(LeftOutRow).where(LeftOutRow.run == run)
    return list(await session.scalars(rows.order_by(LeftOutRow.role, LeftOutRow.person)))


@dataclass
class Confirmed:
    """What became of some proposals: pairs, also those that were made before; and refusals."""

    pairs: list[PairRow]
    refused: list[tuple[ProposalRow, list[Refusal]]]


async def confirm(
    session: AsyncSession, offering: OfferingRow, proposals: Sequence[ProposalRow], by: str, clock: Clock
) -> Confirmed:
    """Make pairs of proposals; everything is checked anew, and who fails is returned with the reasons.

    Callers have called `hold_run` first, so that two coordinators at once make one pair of each.
    """
    people = {person for proposal in proposals for person in (proposal.mentor, proposal.mentee)}
    parties = await pairing.parties_of(session, offering, people, clock)
    made: dict[UUID, Pair] = {}
    refused: list[tuple[ProposalRow, list[Refusal]]] = []
    for proposal in proposals:
        if proposal.state == "confirmed":
            continue
        too_late = proposal_refusal(proposal.state, proposal.expires_on, clock.today())
        against = [too_late] if too_late else parties.against(proposal.mentor, proposal.mentee)
        if against:
            refused.append((proposal, against))
        else:
            made[proposal.proposal] = parties.pair(proposal.mentor, proposal.mentee, "assigned")
    await pairing.begin(session, made.values(), by, clock.now())
    for proposal in proposals:
        if pair := made.get(proposal.proposal):
            proposal.state, proposal.pair = "confirmed", pair.pair
    await session.flush()
    pairs = select(PairRow).where(PairRow.pair.in_([proposal.pair for proposal in proposals if proposal.pair]))
    return Confirmed(list(await session.scalars(pairs.order_by(PairRow.pair))), refused)


async def hold_run(session: AsyncSession, run: RunRow) -> list[ProposalRow]:
    """A run's proposals, which nobody else confirms or replaces until the commit; the best first."""
    await _hold_proposals(session, run.offering)
    return await proposals_of(session, run.run)
