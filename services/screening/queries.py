"""Selects worth a name."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import Result
from services.screening.tables import CaseRow, ConductCaseRow, ResultRow


async def case_of_application(session: AsyncSession, application: UUID) -> CaseRow | None:
    """The case that an application opened, held until the commit."""
    statement = select(CaseRow).where(CaseRow.application == application).with_for_update()
    found: CaseRow | None = await session.scalar(statement)
    return found


async def case_of_concern(session: AsyncSession, concern: UUID) -> UUID | None:
    """The conduct case that a concern opened."""
    found: UUID | None = await session.scalar(select(ConductCaseRow.case).where(ConductCaseRow.concern == concern))
    return found


UNDECIDED = ("waiting", "open")


async def undecided_cases(session: AsyncSession, of: ColumnElement[bool]) -> Sequence[CaseRow]:
    """Cases whose required checks follow role and place, locked in one order."""
    statement = select(CaseRow).where(of, CaseRow.state.in_(UNDECIDED))
    return (await session.scalars(statement.order_by(CaseRow.clearance).with_for_update())).all()


async def locked_case(session: AsyncSession, clearance: UUID) -> CaseRow | None:
    """A case, locked so that two people cannot decide it at once."""
    return await session.get(CaseRow, clearance, with_for_update=True)


async def results_of(session: AsyncSession, clearance: UUID) -> dict[str, ResultRow]:
    """What was recorded of a case, by check."""
    rows = await session.scalars(select(ResultRow).where(ResultRow.clearance == clearance))
    return {row.check_name: row for row in rows}


def as_results(rows: Mapping[str, ResultRow]) -> dict[str, Result]:
    """Rows as the domain knows them."""
    return {check: Result(row.outcome, row.valid_until) for check, row in rows.items()}
