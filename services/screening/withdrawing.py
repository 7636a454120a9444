"""What an application that is not pursued any more does to its case, and one that is pursued again."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import asking, decisions
from services.screening.domain.facts import USUAL_VALIDITY
from services.screening.queries import UNDECIDED
from services.screening.steps import drop_open_steps
from services.screening.tables import CaseRow, ProposalRow

WAITS = ProposalRow.answer.is_(None)
NOTHING: dict[str, list[Any]] = {"steps": [], "forbidden": [], "unsettled": []}


async def close(session: AsyncSession, case: CaseRow, at: datetime) -> None:
    """Nobody decides about it any more, and a clearance that stands ends; a case that was declined stays so.

    An undecided case forgets what it asked for, so that it does not matter what was heard of role and site before.
    """
    if case.state in UNDECIDED:
        await session.execute(delete(ProposalRow).where(ProposalRow.clearance == case.clearance, WAITS))
        case.state, case.place_known, case.facts_known, case.validity = "withdrawn", False, False, USUAL_VALIDITY
        case.risks, case.required, case.requirements, case.second_person = [], [], NOTHING, False
        await drop_open_steps(session, case)
    elif case.state == "cleared":
        await decisions.end_for_applicant(session, case, at)


async def reopen(session: AsyncSession, case: CaseRow, at: datetime) -> None:
    """Intake tells anew that it is pursued, as after a restore: an undecided case asks again."""
    if case.state == "withdrawn":
        case.state = "waiting"
        await asking.ask(session, [case])
