"""Decisions that wait for a second person, as rows: proposed, agreed to, disagreed with."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain.criteria import Criterion
from services.screening.tables import CaseRow, ProposalRow
from shared.ids import new_id


async def propose(
    session: AsyncSession, case: CaseRow, criterion: Criterion, wanted: date | None, by: str, at: datetime
) -> None:
    """Keep a decision until a second person agrees; nobody is told of it before."""
    session.add(
        ProposalRow(
            proposal=new_id(),
            clearance=case.clearance,
            clears=criterion.clears,
            criterion=criterion.criterion,
            criterion_version=criterion.version,
            category=criterion.category,
            valid_until=wanted,
            proposed_by=by,
            proposed_at=at,
        )
    )
    case.state, case.version = "proposed", case.version + 1
    decisions.note(session, case, "proposed", by, at)


def disagree(session: AsyncSession, case: CaseRow, proposal: ProposalRow, reason: str, by: str, at: datetime) -> None:
    """Open the case again; why is kept with the proposal."""
    proposal.answer, proposal.answered_by, proposal.answered_at, proposal.reason = "disagreed", by, at, reason
    case.state, case.version = "open", case.version + 1
    decisions.note(session, case, "disagreed", by, at)


def agree(case: CaseRow, proposal: ProposalRow, by: str, at: datetime) -> None:
    """Note who agreed; the decision itself follows in the same transaction."""
    proposal.answer, proposal.answered_by, proposal.answered_at = "agreed", by, at
    case.agreed_by = by
