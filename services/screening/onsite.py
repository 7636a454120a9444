"""Duties of facilitators as rows: what holds at a site, who agreed to it, reports, and what is passed on (R81)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.briefings import line_of, nearest
from services.screening.domain.cases import expires_at
from services.screening.domain.onsite import check_agreed, due_after
from services.screening.queries import locked_case
from services.screening.tables import CaseRow, OnsiteAgreementRow, OnsiteDutiesRow, OnsiteReportRow
from shared.contracts import RoleKind
from shared.deadlines import arm
from shared.ids import new_id

DUTY_DUE = "onsite-duty"


async def latest(session: AsyncSession, site: str) -> Sequence[OnsiteDutiesRow]:
    """The version that a place published last, one row for each language."""
    newest = select(func.max(OnsiteDutiesRow.version)).where(OnsiteDutiesRow.site == site).scalar_subquery()
    rows = select(OnsiteDutiesRow).where(OnsiteDutiesRow.site == site, OnsiteDutiesRow.version == newest)
    return (await session.scalars(rows.order_by(OnsiteDutiesRow.language))).all()


async def holding(session: AsyncSession, site: str) -> Sequence[OnsiteDutiesRow]:
    """The version that holds at a site: its own, or that of the nearest place above it; nothing where none is."""
    places = select(OnsiteDutiesRow.site).where(OnsiteDutiesRow.site.in_(line_of(site))).distinct()
    place = nearest(site, await session.scalars(places))
    return await latest(session, place) if place else ()


async def check_may_begin(session: AsyncSession, case: CaseRow) -> None:
    """Raise Contradiction for a facilitator who has not agreed to the duties that are written for their site."""
    if case.kind == RoleKind.FACILITATOR:
        agreed = await session.get(OnsiteAgreementRow, case.clearance)
        check_agreed([row.site for row in await holding(session, case.site)], agreed is not None)


async def agree(session: AsyncSession, case: CaseRow, words: OnsiteDutiesRow, now: datetime) -> OnsiteAgreementRow:
    """Keep that a facilitator agreed to a version; from the first one on they report. A newer one pays no report."""
    row = await session.get(OnsiteAgreementRow, case.clearance)
    if row is None:
        due = due_after(now.date(), words.report_days)
        await arm(session, DUTY_DUE, str(case.clearance), expires_at(due))
        row = OnsiteAgreementRow(clearance=case.clearance, place=case.site, due_on=due)
        session.add(row)
    row.site, row.version, row.language = words.site, words.version, words.language
    row.report_days, row.agreed_at = words.report_days, now
    return row


async def report(session: AsyncSession, row: OnsiteAgreementRow, now: datetime) -> None:
    """They did what they agreed to; the next report is due."""
    said = {"clearance": row.clearance, "reported_at": now, "was_due_on": row.due_on}
    session.add(OnsiteReportRow(report=new_id(), **said))
    row.due_on, row.escalated_at = due_after(now.date(), row.report_days), None
    await arm(session, DUTY_DUE, str(row.clearance), expires_at(row.due_on))


async def on_duty_due(session: AsyncSession, subject: str, due_at: datetime, now: datetime) -> None:
    """No report came: the site's coordinators see it. Who is not cleared owes none, and is asked once they are."""
    case = await locked_case(session, UUID(subject))
    row = await session.get(OnsiteAgreementRow, UUID(subject))
    if case is None or row is None or case.state in ("declined", "ended", "withdrawn"):
        return
    if case.state == "cleared":
        row.escalated_at = row.escalated_at or now
    else:
        row.due_on = due_after(now.date(), row.report_days)
        await arm(session, DUTY_DUE, subject, expires_at(row.due_on))
