"""How the work stands and how it went, in numbers in which nobody can be found."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import CaseRow, StepRow
from shared.access import within
from shared.masking import SMALL, Shown, masked


class StepSummary(BaseModel):
    """Steps of one check. `median_days`: from its opening to its result; null below five of them."""

    open: int
    stalled: int
    without_owner: int
    done: int
    median_days: float | None


class Funnel(BaseModel):
    """What became of the cases opened in that time: counts below five are masked, and others that would tell them."""

    opened: Shown
    states: dict[str, Shown]
    reasons: dict[str, Shown]
    """Why people were not cleared, by the category of the criterion (R51 to R54)."""


class Summary(BaseModel):
    """Of the places that were asked for. `since`: the opening of the oldest case that counts."""

    since: datetime
    steps: dict[str, StepSummary]
    funnel: dict[str, Funnel]
    """By the kind of the role."""


async def summary_of(
    session: AsyncSession, sites: Sequence[str], site: str | None, since: datetime, today: date
) -> Summary:
    """The summary of these places, or of those of them at and below `site`."""
    return Summary(
        since=since,
        steps=await _steps(session, _at(StepRow.site, sites, site), since, today),
        funnel=await _funnels(session, _at(CaseRow.site, sites, site), since),
    )


def _at(column: Any, sites: Sequence[str], site: str | None) -> ColumnElement[bool]:
    return and_(within(column, sites), within(column, [site])) if site else within(column, sites)


async def _steps(
    session: AsyncSession, where: ColumnElement[bool], since: datetime, today: date
) -> dict[str, StepSummary]:
    days = func.extract("epoch", StepRow.done_at - StepRow.opened_at) / 86_400
    is_open, done = and_(StepRow.state != "done", CaseRow.state == "open"), StepRow.state == "done"
    rows = await session.execute(
        select(
            StepRow.check_name,
            func.count().filter(is_open),
            func.count().filter(is_open, StepRow.due_on < today),
            func.count().filter(is_open, StepRow.taken_by.is_(None)),
            func.count().filter(done),
            func.percentile_cont(0.5).within_group(days).filter(done),
        )
        .join(CaseRow, CaseRow.clearance == StepRow.clearance)
        .where(where, StepRow.opened_at >= since)
        .group_by(StepRow.check_name)
        .order_by(StepRow.check_name)
    )
    return {
        check: StepSummary(
            open=open_ones, stalled=stalled, without_owner=unowned, done=finished,
            median_days=round(float(median), 1) if median is not None and finished >= SMALL else None,
        )
        for check, open_ones, stalled, unowned, finished, median in rows
    }  # fmt: skip


async def _funnels(session: AsyncSession, where: ColumnElement[bool], since: datetime) -> dict[str, Funnel]:
    states = await _counts(session, CaseRow.state, where, CaseRow.opened_at >= since)
    over = CaseRow.state == "declined"
    reasons = await _counts(session, CaseRow.category, where, CaseRow.opened_at >= since, over)
    funnels = {}
    for kind, counts in states.items():
        shown, total = masked(counts)
        why, _ = masked(reasons.get(kind, {}))
        funnels[kind] = Funnel(opened=total, states=shown, reasons=why)
    return funnels


async def _counts(session: AsyncSession, column: Any, *where: ColumnElement[bool]) -> dict[str, dict[str, int]]:
    rows = select(CaseRow.kind, column, func.count()).where(*where).group_by(CaseRow.kind, column)
    found: dict[str, dict[str, int]] = {}
    for kind, name, count in await session.execute(rows.order_by(CaseRow.kind, column)):
        found.setdefault(kind, {})[name] = count
    return found
