"""How many applications of a place stand where, and how people came to them; small numbers are masked."""

from typing import get_args

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import func, select

from services.intake.api.seen import STAFF, standing
from services.intake.domain.applications import Source, State
from services.intake.tables import ApplicationRow
from shared.access import CallerDep, within
from shared.contracts import SitePath
from shared.http import SessionDep, TransactionRoute
from shared.masking import Shown, masked
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class Funnel(BaseModel):
    """Counts by state and by source. `<5`: fewer than five; null: it would tell how few another one is."""

    site: SitePath
    total: Shown
    states: dict[State, Shown]
    sources: dict[Source, Shown]


@router.get("/places/{site}/funnel")
async def get_funnel(site: SitePath, session: SessionDep, caller: CallerDep) -> Funnel:
    """All applications at a place and below, for its staff."""
    if not caller.covers(*STAFF, site=site):
        raise NotFound("There is no such place, or none that you may see.")
    await standing(session, site)
    rows = (
        await session.execute(
            select(ApplicationRow.state, ApplicationRow.source, func.count())
            .where(within(ApplicationRow.site, [site]))
            .group_by(ApplicationRow.state, ApplicationRow.source)
        )
    ).all()
    states: dict[State, int] = dict.fromkeys(get_args(State), 0)
    sources: dict[Source, int] = dict.fromkeys(get_args(Source), 0)
    for state, source, count in rows:
        states[state] += count
        sources[source] += count
    by_state, total = masked(states)
    by_source, other = masked(sources)
    if total is None or other is None:  # the same total would tell of one by the other
        total = None
        by_state, by_source = masked(states, with_total=False)[0], masked(sources, with_total=False)[0]
    return Funnel(site=site, total=total, states=by_state, sources=by_source)
