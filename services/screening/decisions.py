"""Deciding and ending as rows: what the domain decided, stored with its event."""

from datetime import UTC, date, datetime, time
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import agreements, lapsing
from services.screening.domain.agreements import UNSIGNED
from services.screening.domain.cases import expires_at
from services.screening.domain.criteria import Criterion
from services.screening.domain.expiry import next_notice_at
from services.screening.queries import is_frozen
from services.screening.steps import drop_open_steps
from services.screening.tables import Act, ActRow, CaseRow
from shared.contracts.screening import ClearanceEnded, ClearanceExpiring, Notice, ScreeningCleared, ScreeningDeclined
from shared.deadlines import arm, cancel
from shared.ids import new_id
from shared.outbox import emit
from shared.standing import GRANTED_KINDS

EXPIRY = "clearance-expiry"
NOTICE = "clearance-notice"


async def clear(session: AsyncSession, case: CaseRow, criterion: Criterion, until: date, by: str, at: datetime) -> None:
    """The person may act until the end of a day; then a deadline ends it."""
    await _decide(session, case, "cleared", criterion, by, at)
    case.valid_until = until
    case.suspended_at = at if case.kind in GRANTED_KINDS and await is_frozen(session, case.person) else None
    await arm(session, EXPIRY, str(case.clearance), expires_at(until))
    if case.follows:
        await cancel(session, NOTICE, str(case.follows))  # what was renewed needs no notice any more
    await arm_notice(session, case, at)
    await agreements.look_at_new(session, case, at.date())
    await emit(session, told(case), at=at)


async def decline(session: AsyncSession, case: CaseRow, criterion: Criterion, by: str, at: datetime) -> None:
    """The person will not act in this role; the reason stays here."""
    await _decide(session, case, "declined", criterion, by, at)
    await emit(session, told(case), at=at)


async def withdraw(session: AsyncSession, case: CaseRow, criterion: Criterion, by: str, at: datetime) -> None:
    """A person ends the clearance before its time."""
    case.ending_criterion, case.ending_version = criterion.criterion, criterion.version
    case.ending_category = criterion.category
    note(session, case, "withdrawn", by, at)
    await _end(session, case, at.date(), at)


async def end_at_limit(session: AsyncSession, case: CaseRow, criterion: Criterion, at: datetime) -> None:
    """The law allows no more without a step that was asked for and not passed."""
    case.ending_criterion, case.ending_version = criterion.criterion, criterion.version
    case.ending_category = criterion.category
    note(session, case, "limit", "screening", at)
    await _end(session, case, at.date(), at)


def beginning_of(day: date) -> datetime:
    """The first moment of a day, UTC."""
    return datetime.combine(day, time(), tzinfo=UTC)


async def end_for_applicant(session: AsyncSession, case: CaseRow, at: datetime) -> None:
    """The application that a clearance rests on is not pursued any more; that cites no criterion."""
    note(session, case, "withdrawn", "applicant", at)
    await _end(session, case, at.date(), at)


async def expire(session: AsyncSession, case: CaseRow, ended_on: date, at: datetime) -> None:
    """The clearance's last day is over."""
    note(session, case, "expired", "screening", at)
    await _end(session, case, ended_on, at)


async def arm_notice(session: AsyncSession, case: CaseRow, now: datetime) -> None:
    """Set the deadline of the next notice that the clearance will end."""
    if case.valid_until and (moment := next_notice_at(case.valid_until, now)):
        await arm(session, NOTICE, str(case.clearance), moment)


async def give_notice(session: AsyncSession, case: CaseRow, notice: Notice, at: datetime) -> None:
    """Tell that the clearance will end, so that the person may be screened again without a gap."""
    case.notice, case.noticed_at = notice, at
    await emit(session, told(case), at=at)


async def lapse(session: AsyncSession, case: CaseRow, ended_on: date, at: datetime) -> None:
    """The person did not sign the conduct document in force; a written criterion says so, and it is none of safety."""
    case.ending_criterion, case.ending_version = UNSIGNED.criterion, UNSIGNED.version
    case.ending_category = UNSIGNED.category
    note(session, case, "withdrawn", "screening", at)
    await _end(session, case, ended_on, at)


async def _end(session: AsyncSession, case: CaseRow, ended_on: date, at: datetime) -> None:
    case.state, case.ended_on, case.version = "ended", ended_on, case.version + 1
    await drop_open_steps(session, case)
    for deadline in (EXPIRY, NOTICE, agreements.LAPSE):
        await cancel(session, deadline, str(case.clearance))
    await emit(session, told(case), at=at)


def note(session: AsyncSession, case: CaseRow, kind: Act, by: str, at: datetime) -> None:
    """One line of the audit."""
    session.add(ActRow(act=new_id(), clearance=case.clearance, kind=kind, actor=by, at=at))


async def _decide(
    session: AsyncSession,
    case: CaseRow,
    state: Literal["cleared", "declined"],
    criterion: Criterion,
    by: str,
    at: datetime,
) -> None:
    await drop_open_steps(session, case)
    await cancel(session, lapsing.LAPSING, str(case.clearance))
    case.state, case.version = state, case.version + 1
    case.criterion, case.criterion_version, case.category = criterion.criterion, criterion.version, criterion.category
    case.decided_at, case.decided_by = at, by
    note(session, case, state, by, at)


def told(case: CaseRow) -> ScreeningCleared | ScreeningDeclined | ClearanceExpiring | ClearanceEnded:
    """What is told of a case that was decided."""
    facts: dict[str, Any] = {
        "clearance": case.clearance,
        "application": case.application,
        "person": case.person,
        "role": case.role,
        "kind_of_role": case.kind,
        "offering": case.offering,
        "site": case.site,
    }
    if case.state == "cleared" and case.suspended_at:
        return ClearanceEnded(**facts, ended_on=case.suspended_at.date())
    if case.state == "cleared" and case.notice:
        return ClearanceExpiring(**facts, valid_until=case.valid_until, notice=case.notice)
    if case.state == "cleared":
        return ScreeningCleared(**facts, valid_until=case.valid_until)
    if case.state == "ended":
        return ClearanceEnded(**facts, ended_on=case.ended_on)
    return ScreeningDeclined(**facts)
