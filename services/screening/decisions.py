"""Deciding and ending as rows: what the domain decided, stored with its event."""

from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain import Criterion, expires_at
from services.screening.tables import ActRow, CaseRow
from shared.contracts.screening import ClearanceEnded, ScreeningCleared, ScreeningDeclined
from shared.deadlines import arm, cancel
from shared.ids import new_id
from shared.outbox import emit

EXPIRY = "clearance-expiry"


async def clear(session: AsyncSession, case: CaseRow, criterion: Criterion, until: date, by: str, at: datetime) -> None:
    """The person may act until the end of a day; then a deadline ends it."""
    _decide(session, case, "cleared", criterion, by, at)
    case.valid_until = until
    await arm(session, EXPIRY, str(case.clearance), expires_at(until))
    await emit(session, ScreeningCleared(**_facts(case), valid_until=until), at=at)


async def decline(session: AsyncSession, case: CaseRow, criterion: Criterion, by: str, at: datetime) -> None:
    """The person will not act in this role; the reason stays here."""
    _decide(session, case, "declined", criterion, by, at)
    await emit(session, ScreeningDeclined(**_facts(case)), at=at)


async def end(session: AsyncSession, case: CaseRow, by: str, at: datetime) -> None:
    """The clearance stands no longer."""
    case.state, case.ended_on, case.version = "ended", at.date(), case.version + 1
    note(session, case, "ended", by, at)
    await cancel(session, EXPIRY, str(case.clearance))
    await emit(session, ClearanceEnded(**_facts(case), ended_on=at.date()), at=at)


def note(session: AsyncSession, case: CaseRow, kind: str, by: str, at: datetime) -> None:
    """One line of the audit."""
    session.add(ActRow(act=new_id(), clearance=case.clearance, kind=kind, actor=by, at=at))


def _decide(session: AsyncSession, case: CaseRow, state: str, criterion: Criterion, by: str, at: datetime) -> None:
    case.state, case.criterion, case.version = state, criterion.criterion, case.version + 1
    case.decided_at, case.decided_by = at, by
    note(session, case, state, by, at)


def _facts(case: CaseRow) -> dict[str, Any]:
    return {
        "clearance": case.clearance,
        "application": case.application,
        "person": case.person,
        "role": case.role,
        "kind_of_role": case.kind,
        "offering": case.offering,
        "site": case.site,
    }
