"""Orders to vendors as rows: ordered, answered, reported, given up; whatever comes in whichever order."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain.cases import months_later
from services.screening.domain.vendors import (
    LIVE,
    TAKING,
    Report,
    Served,
    decisive,
    is_plausible,
    months_of,
    wait_before,
)
from services.screening.queries import locked_case, results_of
from services.screening.recording import Finding, record_one
from services.screening.steps import move_step, reopen_step
from services.screening.tables import CaseRow, StepRow, VendorOrderRow
from shared.deadlines import arm, cancel
from shared.ids import new_id

CALLING = "vendor-call"
"""The deadline at which a vendor is called again."""
SERVED = "vendor_checks"
"""The key in a session's `info`: which checks a vendor does where."""
KEYS = "vendor_keys"
"""The key in a session's `info`: the keys by which reports are signed; without one none is taken."""
VENDOR = "vendor"
"""Who recorded a result that is a vendor's."""


@dataclass(frozen=True, slots=True)
class Placed:
    """The vendor took the order; the person gives their details at this address."""

    invitation: str


def served_in(session: AsyncSession) -> Served:
    """Which checks a vendor does, as this installation is set."""
    served: Served = session.info.get(SERVED, frozenset())
    return served


async def orders_of(session: AsyncSession, clearance: UUID) -> list[VendorOrderRow]:
    """Every order of a case, oldest first."""
    rows = select(VendorOrderRow).where(VendorOrderRow.clearance == clearance).order_by(VendorOrderRow.order)
    return list(await session.scalars(rows))


async def place_order(session: AsyncSession, case: CaseRow, step: StepRow, by: str, at: datetime) -> VendorOrderRow:
    """Have the vendor asked for a check; whoever ordered looks after the step where nobody does."""
    row = VendorOrderRow(
        order=new_id(), clearance=case.clearance, check_name=step.check_name, state="to-send", due=True, tries=0,
        ordered_by=by, ordered_at=at,
    )  # fmt: skip
    session.add(row)
    step.taken_by = step.taken_by or by
    step.state = "waiting"
    case.version += 1
    decisions.note(session, case, "ordered", by, at)
    return row


async def on_calling(session: AsyncSession, subject: str, _due_at: datetime, _now: datetime) -> None:
    """Let the vendor be called again: nothing was heard of it."""
    waits = VendorOrderRow.order == UUID(subject), VendorOrderRow.state.in_(LIVE)
    await session.execute(update(VendorOrderRow).where(*waits).values(due=True))


async def locked_order(session: AsyncSession, order: UUID) -> tuple[CaseRow, VendorOrderRow] | None:
    """An order and its case, locked in this order as everywhere; None where there is no such order."""
    seen = await session.get(VendorOrderRow, order)
    case = await locked_case(session, seen.clearance) if seen else None
    if case is None:
        return None
    return case, await session.get_one(VendorOrderRow, order, with_for_update=True, populate_existing=True)


async def answered(session: AsyncSession, order: UUID, answer: Placed | Report | None, now: datetime) -> None:
    """What came of calling the vendor, None: nothing of use. What was heard meanwhile stands."""
    found = await locked_order(session, order)
    if found is None or found[1].state not in LIVE or not found[1].due:
        return
    case, row = found
    if case.state not in TAKING:
        await _drop(session, row)
    elif isinstance(answer, Report) and is_plausible(answer, now.date()):
        await take_report(session, case, row, answer, now)
    elif isinstance(answer, Placed):
        row.state, row.invitation, row.tries = "sent", answer.invitation, 0
        await _wait(session, case, row, now)
    else:
        await _wait(session, case, row, now)


async def _wait(session: AsyncSession, case: CaseRow, row: VendorOrderRow, now: datetime) -> None:
    """Call again later; where all was tried, the step stalls and shows who looks after it."""
    row.due = False
    if (wait := wait_before(row.state, row.tries)) is None:
        row.state = "stalled"
        await move_step(session, case, row.check_name, "to-do", (now - timedelta(days=1)).date())
        return
    row.tries += 1
    await arm(session, CALLING, str(row.order), now + wait)


async def take_report(session: AsyncSession, case: CaseRow, row: VendorOrderRow, report: Report, now: datetime) -> None:
    """Keep what the vendor said: the same again changes nothing, of several the decisive one counts.

    Nothing is kept where the case is decided, or closed.
    """
    if case.state not in TAKING:
        await _drop(session, row)
        return
    known = [each for each in (row.report, report) if each]
    if row.state == "reported" and decisive(known) == row.report:
        return
    row.state, row.due, row.invitation = "reported", False, None
    row.outcome, row.reference, row.reported_on, row.reported_at = report.outcome, report.reference, report.on, now
    await cancel(session, CALLING, str(row.order))
    case.version += 1
    decisions.note(session, case, "reported", VENDOR, now)
    await session.flush()
    if case.state == "open" and row.check_name in case.required:
        await _conclude(session, case, row.check_name, now)


async def _conclude(session: AsyncSession, case: CaseRow, check: str, now: datetime) -> None:
    """A clear report passes the check; any other one is for a person to judge. A person's own result stands."""
    report = decisive(await reports_of(session, case.clearance, check))
    result = (await results_of(session, case.clearance)).get(check)
    if report is None or (result and result.recorded_by != VENDOR):
        return
    if report.outcome == "clear":
        until = months_later(report.on, months_of(case.requirements, check) or case.validity)
        await record_one(session, case, Finding(check, "passed", until, report.reference), VENDOR, now)
        return
    if result:
        await session.delete(result)
    await reopen_step(session, case, check)


async def reports_of(session: AsyncSession, clearance: UUID, check: str) -> list[Report]:
    """What vendors said about one check of a case."""
    return [
        row.report for row in await orders_of(session, clearance) if row.check_name == check and row.report is not None
    ]


async def _drop(session: AsyncSession, row: VendorOrderRow) -> None:
    """Nobody needs it any more."""
    if row.state != "reported":
        row.state, row.due, row.invitation = "dropped", False, None
        await cancel(session, CALLING, str(row.order))
