"""What leadership sees of incidents at their places, in numbers in which nobody can be found (R78)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.conduct_visibility import visible
from services.screening.domain.oncall import PATIENCE
from services.screening.tables import AlarmRow, ConductCaseRow, OfferingRow, ReportRow
from shared.access import CallerDep, within
from shared.contracts import OfferingId, SitePath
from shared.contracts.messaging import Weight
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.masking import Shown, masked

router = APIRouter(route_class=TransactionRoute)


class IncidentSummary(BaseModel):
    """Of open conduct cases: how many of each weight, legal reports that wait or are late, pages nobody acknowledged.

    Counts below five are masked, and others that would tell them. `stopped`: the offerings at which the line stands
    still. What the caller may not see is not counted.
    """

    site: SitePath
    open: dict[Weight, Shown]
    open_total: Shown
    reports_waiting: Shown
    reports_overdue: Shown
    pages_overdue: Shown
    stopped: list[OfferingId]


@router.get("/incidents/summary")
async def summary(
    session: SessionDep, caller: CallerDep, clock: ClockDep,
    site: Annotated[SitePath, Query(description="This place and all below it.")],
) -> IncidentSummary:  # fmt: skip
    """How a network, an organisation or a site stands, for its administrators."""
    caller.require("administrator", site=site)
    cases = visible(caller), ConductCaseRow.state == "open", _at(site)
    weights = await _weights(session, *cases)
    shown, total = masked(weights)
    work = {name: masked({name: count})[1] for name, count in (await _work(session, clock.now(), *cases)).items()}
    stopped = select(OfferingRow.offering).where(OfferingRow.is_stopped, within(_SITE, [site]))
    offerings = list(await session.scalars(stopped.order_by(OfferingRow.offering)))
    return IncidentSummary(site=site, open=shown, open_total=total, stopped=offerings, **work)


_SITE: ColumnElement[str] = func.split_part(OfferingRow.offering, "@", 2)


def _at(site: str) -> ColumnElement[bool]:
    return or_(within(ConductCaseRow.site, [site]), within(func.coalesce(ConductCaseRow.other_site, ""), [site]))


async def _weights(session: AsyncSession, *cases: ColumnElement[bool]) -> dict[Weight, int]:
    rows = select(ConductCaseRow.weight, func.count()).where(*cases).group_by(ConductCaseRow.weight)
    return dict.fromkeys(get_args(Weight), 0) | dict((await session.execute(rows)).all())


async def _work(session: AsyncSession, now: datetime, *cases: ColumnElement[bool]) -> Mapping[str, int]:
    late = or_(
        *((ConductCaseRow.weight == weight) & (AlarmRow.raised_at <= now - wait) for weight, wait in PATIENCE.items())
    )
    asked = ReportRow.state == "asked"
    reports = select(func.count()).select_from(ReportRow).join(ConductCaseRow, ConductCaseRow.case == ReportRow.case)
    alarms = select(func.count()).select_from(AlarmRow).join(ConductCaseRow, ConductCaseRow.case == AlarmRow.case)
    wanted = {
        "reports_waiting": reports.where(asked, ReportRow.overdue_at.is_(None), *cases),
        "reports_overdue": reports.where(asked, ReportRow.overdue_at.is_not(None), *cases),
        "pages_overdue": alarms.where(AlarmRow.acknowledged_at.is_(None), late, *cases),
    }
    return {name: await session.scalar(count) or 0 for name, count in wanted.items()}
