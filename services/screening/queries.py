"""Selects worth a name."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import Result
from services.screening.domain.flags import Colour
from services.screening.domain.second_person import Pair
from services.screening.tables import CaseRow, ConductCaseRow, FlagRow, OfferingRow, ProposalRow, ResultRow, TieRow


async def case_of_application(session: AsyncSession, application: UUID) -> CaseRow | None:
    """The case that an application opened, held until the commit; not those that follow it."""
    first = select(CaseRow).where(CaseRow.application == application, CaseRow.follows.is_(None))
    found: CaseRow | None = await session.scalar(first.with_for_update())
    return found


async def cases_of_applications(session: AsyncSession, applications: Collection[UUID]) -> dict[UUID, CaseRow]:
    """The cases that applications opened, held until the commit; not those that follow them."""
    first = select(CaseRow).where(CaseRow.application.in_(applications), CaseRow.follows.is_(None))
    rows = await session.scalars(first.order_by(CaseRow.clearance).with_for_update())
    return {row.application: row for row in rows}


async def case_of_concern(session: AsyncSession, concern: UUID) -> UUID | None:
    """The conduct case that a concern opened."""
    found: UUID | None = await session.scalar(select(ConductCaseRow.case).where(ConductCaseRow.concern == concern))
    return found


async def is_stopped(session: AsyncSession, offering: str) -> bool:
    """Whether the line stands still at an offering; not where it was not heard of."""
    return bool(await session.scalar(select(OfferingRow.is_stopped).where(OfferingRow.offering == offering)))


async def is_frozen(session: AsyncSession, person: UUID) -> bool:
    """Whether an open conduct case freezes a person (R57)."""
    open_ones = select(ConductCaseRow.case).where(
        ConductCaseRow.state == "open", ConductCaseRow.frozen.contains([person])
    )
    return await session.scalar(open_ones.limit(1)) is not None


UNDECIDED = ("waiting", "open", "proposed")


async def undecided_cases(session: AsyncSession, of: ColumnElement[bool]) -> Sequence[CaseRow]:
    """Cases whose required checks follow role and place, locked in one order."""
    statement = select(CaseRow).where(of, CaseRow.state.in_(UNDECIDED))
    return (await session.scalars(statement.order_by(CaseRow.clearance).with_for_update())).all()


async def locked_cases_of(session: AsyncSession, application: UUID) -> Sequence[CaseRow]:
    """Every case of an application, locked in one order."""
    rows = select(CaseRow).where(CaseRow.application == application).order_by(CaseRow.clearance).with_for_update()
    return (await session.scalars(rows.execution_options(populate_existing=True))).all()


async def live_cases(session: AsyncSession, people: Collection[UUID]) -> Sequence[CaseRow]:
    """Cases of some people that are undecided or cleared, locked in one order."""
    states = CaseRow.state.in_((*UNDECIDED, "cleared"))
    statement = select(CaseRow).where(CaseRow.person.in_(people), states)
    return (await session.scalars(statement.order_by(CaseRow.clearance).with_for_update())).all()


async def locked_case(session: AsyncSession, clearance: UUID) -> CaseRow | None:
    """A case, locked so that two people cannot decide it at once, and as it is then, also where it was read before."""
    return await session.get(CaseRow, clearance, with_for_update=True, populate_existing=True)


async def results_of(session: AsyncSession, clearance: UUID) -> dict[str, ResultRow]:
    """What was recorded of a case, by check."""
    rows = await session.scalars(select(ResultRow).where(ResultRow.clearance == clearance))
    return {row.check_name: row for row in rows}


def as_results(rows: Mapping[str, ResultRow]) -> dict[str, Result]:
    """Rows as the domain knows them."""
    return {check: Result(row.outcome, row.valid_until) for check, row in rows.items()}


async def proposal_of(session: AsyncSession, clearance: UUID) -> ProposalRow | None:
    """The newest decision that was proposed for a case."""
    rows = select(ProposalRow).where(ProposalRow.clearance == clearance)
    found: ProposalRow | None = await session.scalar(rows.order_by(ProposalRow.proposal.desc()).limit(1))
    return found


async def ties_of(session: AsyncSession, people: Collection[UUID]) -> set[Pair]:
    """Every tie that was declared of one of these people."""
    rows = await session.execute(
        select(TieRow.person, TieRow.other).where(or_(TieRow.person.in_(people), TieRow.other.in_(people)))
    )
    return {Pair((str(person), str(other))) for person, other in rows}


async def open_flags(session: AsyncSession, clearance: UUID) -> Sequence[Colour]:
    """The colours of a case's flags that stand."""
    rows = select(FlagRow.colour).where(FlagRow.clearance == clearance, FlagRow.resolved_at.is_(None))
    return (await session.scalars(rows)).all()
