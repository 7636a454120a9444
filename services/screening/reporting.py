"""Legal reports as rows: asked for as the law of a case's places says by now, answered by a person, overdue in time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import paging
from services.screening.conduct_visibility import free_case, sites_of
from services.screening.domain.reports import Asked, asked_reports, triggers
from services.screening.laws import laws_at
from services.screening.tables import ConductCaseRow, EntryRow, ReportAnswerRow, ReportRow
from shared.access import within
from shared.deadlines import arm, cancel
from shared.ids import new_id
from shared.law import law

REPORT_DUE = "report-due"
REMOVALS = ("dismiss", "left")


async def ask(session: AsyncSession, row: ConductCaseRow) -> None:
    """Ask for the reports that the law of the case's places wants; what nobody answered yet follows that law.

    Whoever calls this holds the case and its sites.
    """
    places = [place for place in await laws_at(session, sites_of(row)) if place]
    removals = select(EntryRow.person, EntryRow.at).where(EntryRow.case == row.case, EntryRow.kind.in_(REMOVALS))
    found = triggers(row.weight, row.weighed_at, [(p, at) for p, at in await session.execute(removals) if p])
    wanted = {(one.of, one.pack, one.to, one.person): one for one in asked_reports(found, places, law())}
    for report in await reports_of(session, row.case):
        key = report.of, report.pack, report.to, report.person
        if (same := wanted.pop(key, None)) is None and report.state == "asked":
            await cancel(session, REPORT_DUE, str(report.report))
            await session.delete(report)
        elif same and report.state == "asked" and report.overdue_at is None and same.due_at != report.due_at:
            report.due_at = same.due_at
            await _arm(session, report)
    for one in wanted.values():
        await _add(session, row.case, one)


async def _add(session: AsyncSession, case: UUID, one: Asked) -> None:
    report = ReportRow(
        report=new_id(), case=case, of=one.of, pack=one.pack, to=one.to, person=one.person, why=one.why,
        source=one.source, due_at=one.due_at, state="asked",
    )  # fmt: skip
    session.add(report)
    await _arm(session, report)


async def _arm(session: AsyncSession, report: ReportRow) -> None:
    if report.due_at:
        await arm(session, REPORT_DUE, str(report.report), report.due_at)


async def ask_again_at(session: AsyncSession, site: str, *, below: bool) -> None:
    """The law of a place was heard, or is another one: its open cases ask by it; those below an organisation too."""
    at = or_(ConductCaseRow.site == site, ConductCaseRow.other_site == site)
    if below:
        at = or_(within(ConductCaseRow.site, [site]), within(func.coalesce(ConductCaseRow.other_site, ""), [site]))
    rows = select(ConductCaseRow).where(at, ConductCaseRow.state == "open").order_by(ConductCaseRow.case)
    for row in await session.scalars(rows.with_for_update()):
        await ask(session, row)


async def answer(session: AsyncSession, report: ReportRow, given: ReportAnswerRow) -> None:
    """Keep what a person recorded beside what was recorded before; nobody waits for it any more."""
    session.add(given)
    report.state = given.answer
    await cancel(session, REPORT_DUE, str(report.report))


async def became_overdue(session: AsyncSession, report_id: UUID, due_at: datetime, now: datetime) -> None:
    """Nobody answered by the deadline: the lists say so, and the rota is paged."""
    report = await session.get_one(ReportRow, report_id)
    row = await free_case(session, report.case)
    if row is None:
        await arm(session, REPORT_DUE, str(report_id), due_at)
        return
    await session.refresh(report)
    if report.state == "asked" and report.overdue_at is None:
        report.overdue_at = due_at
        await paging.raise_alarm(session, row, "report", now, now)


async def reports_of(session: AsyncSession, case: UUID) -> list[ReportRow]:
    """What a case asks for."""
    rows = select(ReportRow).where(ReportRow.case == case).order_by(ReportRow.report)
    return list(await session.scalars(rows))


async def unanswered(session: AsyncSession, case: UUID) -> int:
    """How many reports wait for an answer."""
    waiting = select(func.count()).select_from(ReportRow).where(ReportRow.case == case, ReportRow.state == "asked")
    return await session.scalar(waiting) or 0
