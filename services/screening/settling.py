"""What a case has to settle, and what was settled, as rows."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.settlements import Matter, Settled, check_settled
from services.screening.tables import CaseRow, SettlementRow


def matters_of(case: CaseRow) -> list[Matter]:
    """Conflicts first, then what no source was read for; not what was accepted for the whole site."""
    asked = case.requirements
    conflicts = [
        Matter(each["check"], _of_both(each), frozenset(_rules(each["required"]) + _rules(each["forbidden"])))
        for each in asked.get("conflicts", ())
    ]
    unsettled = [each for each in asked.get("unsettled", ()) if not each["accepted"]]
    return conflicts + [Matter(each["what"], each["about"], frozenset((each["what"],))) for each in unsettled]


def _of_both(conflict: dict[str, list[dict[str, str]]]) -> str:
    required, forbidden = (_laws(conflict[side]) for side in ("required", "forbidden"))
    return f"{required} requires what {forbidden} forbids."


def _laws(reasons: Sequence[dict[str, str]]) -> str:
    return " and ".join(sorted({each["of"] for each in reasons}))


def _rules(reasons: Sequence[dict[str, str]]) -> list[str]:
    return [f"{each['of']}/{each['rule']}" for each in reasons]


async def settlements_of(session: AsyncSession, clearance: UUID) -> Sequence[SettlementRow]:
    """What was settled, oldest first."""
    rows = select(SettlementRow).where(SettlementRow.clearance == clearance).order_by(SettlementRow.settlement)
    return (await session.scalars(rows)).all()


async def check_case_settled(session: AsyncSession, case: CaseRow) -> None:
    """Raise Contradiction naming what somebody has to settle before the case is cleared."""
    if matters := matters_of(case):
        check_settled(matters, as_settled(await settlements_of(session, case.clearance)))


def as_settled(rows: Sequence[SettlementRow]) -> list[Settled]:
    """Rows as the domain knows them."""
    return [Settled(row.what, frozenset(row.rules)) for row in rows]
