"""Cases that follow another one of their application, as rows."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import asking, lapsing
from services.screening.queries import results_of
from services.screening.steps import finish_steps
from services.screening.tables import CaseRow, ResultRow
from shared.ids import new_id


async def follow(
    session: AsyncSession, case: CaseRow, checks: Collection[str], opened_at: datetime, at: datetime
) -> CaseRow:
    """Open a case of the same application, with what was found in some checks.

    It is a clearance of its own, so that the old one stands until it ends. Its role, site and person are held.
    """
    following = CaseRow(
        clearance=new_id(),
        follows=case.clearance,
        state="waiting",
        risks=[],
        required=[],
        opened_at=opened_at,
        **{name: getattr(case, name) for name in ("application", "person", "role", "kind", "offering", "site")},
    )
    session.add(following)
    await asking.want_facts(session, {case.person: at.date()})
    await asking.ask(session, [following])
    await session.flush()
    for check, row in (await results_of(session, case.clearance)).items():
        if check in checks:
            await session.merge(_copied(row, following))
            await finish_steps(session, following, [check], row.recorded_at)
    await session.flush()
    await lapsing.watch(session, [following.clearance])
    return following


async def follower_of(session: AsyncSession, case: CaseRow) -> CaseRow | None:
    """The newest case that follows this one."""
    rows = select(CaseRow).where(CaseRow.follows == case.clearance).order_by(CaseRow.clearance.desc()).limit(1)
    found: CaseRow | None = await session.scalar(rows)
    return found


def _copied(row: ResultRow, case: CaseRow) -> ResultRow:
    values = {column.name: getattr(row, column.name) for column in ResultRow.__table__.columns}
    return ResultRow(**values | {"clearance": case.clearance})
