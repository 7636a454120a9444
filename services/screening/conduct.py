"""Conduct cases as rows: opened once per concern, changed by people, each change with its entry and its event."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import paging, reporting, suspending
from services.screening.conduct_visibility import barred_from, sites_of
from services.screening.criteria import criteria_of
from services.screening.decisions import withdraw
from services.screening.domain.conduct import Measure, Outcome, check_closable, check_scope, frozen
from services.screening.domain.criteria import safety_in
from services.screening.queries import locked_case
from services.screening.tables import CaseRow, ConductCaseRow, EntryKind, EntryRow, MeasureRow, NamedRow
from shared.access import within
from shared.contracts import RoleKind
from shared.contracts.messaging import Weight
from shared.contracts.screening import CaseClosed, CaseOpened
from shared.deadlines import arm, cancel
from shared.ids import new_id
from shared.outbox import emit

MEASURE_END = "measure-end"


async def open_case(
    session: AsyncSession,
    row: ConductCaseRow,
    people: Collection[UUID],
    by: str,
    now: datetime,
    text: str | None = None,
) -> None:
    """Store a new case, ask which reports are due, page where it weighs more than talk, and tell of it."""
    session.add(row)
    await session.flush()
    session.add_all(NamedRow(case=row.case, person=person) for person in sorted(set(people)))
    note(session, row, "opened", by, row.opened_at, text=text)
    await session.flush()
    await reporting.ask(session, row)
    if row.weight != "talk":
        await paging.raise_alarm(session, row, "opened", row.opened_at, now)
    await emit(session, told(row), at=row.opened_at)


def note(
    session: AsyncSession, row: ConductCaseRow, kind: EntryKind, by: str, at: datetime, *,
    person: UUID | None = None, text: str | None = None,
) -> EntryRow:  # fmt: skip
    """One more line of the timeline."""
    entry = EntryRow(entry=new_id(), case=row.case, kind=kind, actor=by, at=at, person=person, text=text)
    session.add(entry)
    row.version += 1
    return entry


async def name(session: AsyncSession, row: ConductCaseRow, person: UUID, by: str, now: datetime) -> None:
    """The case is about somebody else, too; whoever then may not deal with it does so no longer."""
    session.add(NamedRow(case=row.case, person=person))
    note(session, row, "named", by, now, person=person)
    await session.flush()
    await free_of_barred_handler(session, row, now)


async def weigh(session: AsyncSession, row: ConductCaseRow, weight: Weight, by: str, now: datetime) -> None:
    """The case weighs more than was thought: its clocks begin, and somebody is paged."""
    if row.weight == "talk":
        row.weighed_at = now
    row.weight = weight
    note(session, row, "weighed", by, now, text=weight)
    await reporting.ask(session, row)
    await paging.raise_alarm(session, row, "opened", now, now)


async def free_of_barred_handler(session: AsyncSession, row: ConductCaseRow, now: datetime) -> None:
    """Take the case from a handler whom it concerns by now, or who has a tie to somebody in it."""
    if row.handler in await barred_from(session, row):
        await take(session, row, None, "screening", now)


async def free_of_tied_handlers(session: AsyncSession, person: UUID, other: UUID, now: datetime) -> None:
    """Two people are close by what was declared now: neither deals with a case that concerns the other."""
    handled = select(ConductCaseRow).where(ConductCaseRow.handler.in_((person, other)), ConductCaseRow.state == "open")
    for row in await session.scalars(handled.order_by(ConductCaseRow.case).with_for_update()):
        await free_of_barred_handler(session, row, now)


async def take(session: AsyncSession, row: ConductCaseRow, handler: UUID | None, by: str, now: datetime) -> None:
    """Somebody deals with the case from now on, or nobody."""
    row.handler = handler
    note(session, row, "handler", by, now, person=handler)
    await _tell(session, row, now)


async def measure(session: AsyncSession, row: ConductCaseRow, new: MeasureRow, now: datetime) -> None:
    """Set a measure: a freeze is told, a dismissal ends the person's clearances within its scope."""
    session.add(new)
    note(session, row, new.kind, new.decided_by, now, person=new.person)
    await session.flush()
    if new.until:
        await arm(session, MEASURE_END, str(new.measure), new.until)
    if new.kind == "dismiss":
        await _end_clearances(session, row, new, now)
        await reporting.ask(session, row)
    await refresh_frozen(session, row, now)


async def end_measure(session: AsyncSession, row: ConductCaseRow, ended: MeasureRow, by: str, now: datetime) -> None:
    """A freeze ends before its time, or at it."""
    ended.ended_at = now
    await cancel(session, MEASURE_END, str(ended.measure))
    note(session, row, "ended", by, now, person=ended.person)
    await session.flush()
    await refresh_frozen(session, row, now)


async def close(
    session: AsyncSession, row: ConductCaseRow, outcome: Outcome, by: str, now: datetime, text: str | None
) -> None:
    """Finish a case: nobody is frozen by it, nobody is paged about it any more."""
    check_closable(await reporting.unanswered(session, row.case))
    for each in await measures_of(session, row.case):
        await cancel(session, MEASURE_END, str(each.measure))
    await paging.silence(session, row.case)
    before = row.frozen
    row.state, row.closed_at, row.outcome, row.frozen = "closed", now, outcome, []
    note(session, row, "closed", by, now, text=text)
    await _tell(session, row, now)
    await suspending.settle(session, before, now)


async def refresh_frozen(session: AsyncSession, row: ConductCaseRow, now: datetime) -> None:
    """Tell who may not write, where that has changed."""
    who = frozen([as_measure(each) for each in await measures_of(session, row.case)], now)
    if row.state == "open" and who != row.frozen:
        before, row.frozen = row.frozen, who
        await _tell(session, row, now)
        await suspending.settle(session, {*before} ^ {*who}, now)


async def measures_of(session: AsyncSession, case: UUID) -> list[MeasureRow]:
    """What was done in a case, oldest first."""
    return list(await session.scalars(select(MeasureRow).where(MeasureRow.case == case).order_by(MeasureRow.measure)))


def as_measure(row: MeasureRow) -> Measure:
    """A measure as the rules see it."""
    return Measure(row.person, row.kind, row.until, row.ended_at is not None)


async def _end_clearances(session: AsyncSession, row: ConductCaseRow, new: MeasureRow, now: datetime) -> None:
    standing = select(CaseRow.clearance, CaseRow.site).where(CaseRow.person == new.person, CaseRow.state == "cleared")
    found = (await session.execute(standing.order_by(CaseRow.clearance))).all()
    check_scope(new.scope, sites_of(row), [site for _, site in found])
    inside = select(CaseRow.clearance).where(
        CaseRow.person == new.person, CaseRow.state == "cleared", within(CaseRow.site, [new.scope])
    )
    for clearance in await session.scalars(inside.order_by(CaseRow.clearance)):
        if (case := await locked_case(session, clearance)) and case.state == "cleared":
            criterion = safety_in(await criteria_of(session, case), RoleKind(case.kind))
            await withdraw(session, case, criterion, new.decided_by, now)


async def _tell(session: AsyncSession, row: ConductCaseRow, now: datetime) -> None:
    row.told_at = now
    await session.flush()
    await emit(session, told(row), at=now)


def told(row: ConductCaseRow) -> CaseOpened | CaseClosed:
    """What is told of a conduct case; whom it names and why are not."""
    if row.closed_at:
        return CaseClosed(
            case=row.case, concern=row.concern, site=row.site, other_site=row.other_site, handler=row.handler,
            closed_on=row.closed_at.date(),
        )  # fmt: skip
    return CaseOpened(
        case=row.case, concern=row.concern, site=row.site, other_site=row.other_site, handler=row.handler,
        frozen=row.frozen,
    )  # fmt: skip
