"""Consents as results of checks: what intake told decides, as soon as it told anything of a person."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.consents import ANSWERED_BY_INTAKE, Consent, result_of, stricter
from services.screening.queries import results_of
from services.screening.steps import finish_steps, reopen_step
from services.screening.tables import CaseRow, ConsentRow, ResultRow

RECORDED_BY = "intake"


async def consents_of(session: AsyncSession, person: UUID) -> dict[str, Consent]:
    """What intake told of a person's consents, by purpose."""
    rows = await session.scalars(select(ConsentRow).where(ConsentRow.person == person))
    return _by_purpose(rows)


def _by_purpose(rows: Iterable[ConsentRow]) -> dict[str, Consent]:
    """The stricter of two: where two records of one person were merged there may be two of a purpose."""
    found: dict[str, Consent] = {}
    for row in rows:
        consent = Consent(row.state, row.valid_until)
        found[row.purpose] = stricter(found[row.purpose], consent) if row.purpose in found else consent
    return found


async def answer(session: AsyncSession, cases: Sequence[CaseRow]) -> None:
    """Make undecided cases' results follow from their people's consents; also what somebody typed before.

    A withdrawn consent takes the result back. Whoever calls this holds the cases, or their people.
    """
    if not cases:
        return
    rows = await session.scalars(select(ConsentRow).where(ConsentRow.person.in_({case.person for case in cases})))
    told: dict[UUID, list[ConsentRow]] = {}
    for row in rows:
        told.setdefault(row.person, []).append(row)
    for case in cases:
        if consents := _by_purpose(told.get(case.person, ())):
            await _answer(session, case, consents, case.opened_at)


async def _answer(session: AsyncSession, case: CaseRow, consents: dict[str, Consent], at: datetime) -> None:
    found, known = result_of(consents), await results_of(session, case.clearance)
    for check in sorted(ANSWERED_BY_INTAKE):
        row = known.get(check)
        if row and (found is None or check not in case.required):
            await session.delete(row)
            await reopen_step(session, case, check)
        elif found and check in case.required:
            row = row or ResultRow(clearance=case.clearance, check_name=check, recorded_by="", recorded_at=at)
            if (row.outcome, row.valid_until, row.recorded_by) != (found.outcome, found.valid_until, RECORDED_BY):
                row.outcome, row.valid_until, row.reference = found.outcome, found.valid_until, None
                row.recorded_by, row.recorded_at = RECORDED_BY, at
            session.add(row)
            await finish_steps(session, case, [check], at)
