"""What comes before a refusal that rests on a vendor's report, as a row of the case."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain.adverse_action import (
    TEXTS_VERSION,
    WAITING_DAYS,
    Process,
    Stage,
    Standing,
    check_refusal,
    concern_of,
    is_asked,
    left,
    missing,
)
from services.screening.domain.criteria import Criterion
from services.screening.domain.vendors import decisive
from services.screening.ordering import orders_of
from services.screening.queries import results_of
from services.screening.tables import Act, AdverseActionRow, CaseRow


async def process_of(session: AsyncSession, case: CaseRow) -> AdverseActionRow:
    """The case's process, or a new one in which nothing was done; the case is locked."""
    row = await session.get(AdverseActionRow, case.clearance)
    return row or AdverseActionRow(clearance=case.clearance, texts_version=TEXTS_VERSION, days_left=WAITING_DAYS)


def as_process(row: AdverseActionRow) -> Process:
    """The row as the domain knows it."""
    return Process(
        row.authorised_at is not None,
        row.noticed_at,
        row.days_left,
        row.counting_from,
        row.disputed_at is not None and row.settled_at is None,
        row.finished_at is not None,
    )


async def concern(session: AsyncSession, case: CaseRow) -> datetime | None:
    """When the newest report came on which a refusal could rest, where the law asks for adverse action."""
    if not is_asked(case.requirements):
        return None
    results = await results_of(session, case.clearance)
    rows = [row for row in await orders_of(session, case.clearance) if row.report]
    found = []
    for check in {row.check_name for row in rows}:
        said = {row.report: row.reported_at for row in rows if row.check_name == check and row.report}
        report = decisive(said.keys())
        result = results.get(check)
        if report and (at := said[report]):
            found.append(Standing(report.outcome, at, result.outcome if result else None))
    return concern_of(found)


async def next_stage(session: AsyncSession, case: CaseRow, row: AdverseActionRow, today: date) -> Stage | None:
    """What is to be done next; None where a refusal is not held up, or not any more."""
    reported_at = await concern(session, case)
    return missing(as_process(row), reported_at, today) if reported_at else None


async def check_may_refuse(session: AsyncSession, case: CaseRow, criterion: Criterion, today: date) -> None:
    """Raise Contradiction where a refusal rests on a report and the person was not heard about it first."""
    reported_at = await concern(session, case)
    check_refusal(criterion.category, as_process(await process_of(session, case)), reported_at, today)


def notice_sent(row: AdverseActionRow, today: date) -> None:
    """The waiting begins; a dispute of an earlier report is history, and so is an earlier final notice."""
    row.days_left, row.counting_from = WAITING_DAYS, today
    row.disputed_at = row.disputed_by = row.settled_at = row.settled_by = row.dispute_outcome = None
    row.finished_at = row.finished_by = row.finished_how = None


def disputed(row: AdverseActionRow, today: date) -> None:
    """The waiting stops."""
    row.days_left, row.counting_from = left(as_process(row), today), None
    row.settled_at = row.settled_by = row.dispute_outcome = None


def settled(row: AdverseActionRow, today: date) -> None:
    """The waiting goes on; of a report that was corrected a new notice is due."""
    if row.dispute_outcome == "corrected":
        row.noticed_at = row.noticed_by = row.noticed_how = None
        row.days_left = WAITING_DAYS
    else:
        row.counting_from = today


def keep(session: AsyncSession, case: CaseRow, row: AdverseActionRow, act: Act, by: str, at: datetime) -> None:
    """Store what was done."""
    session.add(row)
    case.version += 1
    decisions.note(session, case, act, by, at)
