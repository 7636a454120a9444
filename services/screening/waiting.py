"""Waiting lists as rows: put on a list, and told anew; who is admitted or leaves makes way for the others."""

from datetime import date, datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain.waiting import STEP, Band, band_of
from services.screening.steps import add_step
from services.screening.tables import CaseRow, StepRow, WaitingRow
from shared.db import hold


async def tell(session: AsyncSession, case: CaseRow, next_news_on: date, by: str, at: datetime) -> WaitingRow:
    """Put somebody on the list of their site and role, or tell them anew how near they are and when they hear again.

    The day is a step's, so it stands in the queue with its owner and stalls when it passes without news.
    """
    await hold(session, f"waiting/{case.site}/{case.role}")
    row = await session.get(WaitingRow, case.clearance)
    if row and row.next_news_on == next_news_on:
        return row
    if row is None:
        row = WaitingRow(clearance=case.clearance, site=case.site, role=case.role, since=at, band="later")
        session.add(row)
    row.next_news_on = next_news_on
    await session.flush()
    row.band = await _band(session, row)
    await add_step(session, case, STEP, "a screener", next_news_on, at)
    step = await session.get_one(StepRow, (case.clearance, STEP))
    step.taken_by = step.taken_by or by
    case.version += 1
    decisions.note(session, case, "waiting-list", by, at)
    return row


async def _band(session: AsyncSession, row: WaitingRow) -> Band:
    """By how many wait on the same list, and how many of them were there before."""
    before = tuple_(WaitingRow.since, WaitingRow.clearance) < (row.since, row.clearance)
    counts = select(func.count().filter(before), func.count()).select_from(WaitingRow)
    ahead, size = (await session.execute(counts.where(WaitingRow.site == row.site, WaitingRow.role == row.role))).one()
    return band_of(ahead, size)
