"""Consents as results of checks: what intake told decides, as soon as it told anything of a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.consents import ANSWERED_BY_INTAKE, Consent, result_of
from services.screening.queries import results_of
from services.screening.tables import CaseRow, ConsentRow, ResultRow

RECORDED_BY = "intake"


async def consents_of(session: AsyncSession, person: UUID) -> dict[str, Consent]:
    """What intake told of a person's consents, by purpose."""
    rows = await session.scalars(select(ConsentRow).where(ConsentRow.person == person))
    return {row.purpose: Consent(row.state, row.valid_until) for row in rows}


async def answer(session: AsyncSession, case: CaseRow, at: datetime) -> None:
    """Make an undecided case's results follow from its person's consents; also what somebody typed before.

    A withdrawn consent takes the result back. Whoever calls this holds the case, or its person.
    """
    consents = await consents_of(session, case.person)
    if not consents:
        return
    found, known = result_of(consents), await results_of(session, case.clearance)
    for check in sorted(ANSWERED_BY_INTAKE):
        row = known.get(check)
        if row and (found is None or check not in case.required):
            await session.delete(row)
        elif found and check in case.required:
            row = row or ResultRow(clearance=case.clearance, check_name=check, recorded_by="", recorded_at=at)
            if (row.outcome, row.valid_until, row.recorded_by) != (found.outcome, found.valid_until, RECORDED_BY):
                row.outcome, row.valid_until, row.reference = found.outcome, found.valid_until, None
                row.recorded_by, row.recorded_at = RECORDED_BY, at
            session.add(row)
