"""Which criteria hold for a case, and the publishing of a set."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.criteria import CRITERIA, Criterion, check_set
from services.screening.tables import CaseRow, CriteriaSetRow
from shared.db import hold


def network_of(site: str) -> str:
    """The network that a place belongs to: the top of its path."""
    return site.partition(".")[0]


async def criteria_of(session: AsyncSession, case: CaseRow) -> Sequence[Criterion]:
    """The set by which a case is decided: the one in force when it was opened (R48)."""
    programme = case.offering.partition("@")[0]
    return await criteria_in_force(session, network_of(case.site), programme, case.opened_at)


async def criteria_in_force(
    session: AsyncSession, network: str, programme: str | None, at: datetime
) -> Sequence[Criterion]:
    """A programme's newest set at a moment; else the network's newest; else the one that all begin with (R49)."""
    sets = (
        select(CriteriaSetRow)
        .where(CriteriaSetRow.network == network, CriteriaSetRow.published_at <= at)
        .where(or_(CriteriaSetRow.programme.is_(None), CriteriaSetRow.programme == programme))
        .order_by(CriteriaSetRow.programme.is_(None), CriteriaSetRow.version.desc())
        .limit(1)
    )
    found = await session.scalar(sets)
    return as_criteria(found) if found else tuple(CRITERIA.values())


async def publish(
    session: AsyncSession, network: str, programme: str | None, criteria: Collection[Criterion], by: str, at: datetime
) -> CriteriaSetRow:
    """Let a set be in force from now on. Raises Contradiction where not every case could be decided by it."""
    check_set(criteria)
    await hold(session, f"criteria/{network}")
    newest = await session.scalar(select(func.max(CriteriaSetRow.version)).where(CriteriaSetRow.network == network))
    row = CriteriaSetRow(
        network=network,
        version=(newest or 1) + 1,
        programme=programme,
        criteria=[{name: value for name, value in asdict(each).items() if name != "version"} for each in criteria],
        published_at=at,
        published_by=by,
    )
    session.add(row)
    return row


def as_criteria(row: CriteriaSetRow) -> tuple[Criterion, ...]:
    """A set's criteria, each with the set's version."""
    return tuple(Criterion(**each, version=row.version) for each in row.criteria)
