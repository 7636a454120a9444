"""The readiness checklist of a site (R82): an offering opens only where all of it is met."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import delete, select

from services.intake import policies, queries
from services.intake.api.seen import STAFF, Changed, standing
from services.intake.domain import places
from services.intake.domain import readiness as rules
from services.intake.domain.readiness import TickedItem
from services.intake.fields import Body, Name, PaperDay
from services.intake.readiness import checklist_of
from services.intake.tables import ReadinessRow
from shared.access import CallerDep
from shared.contracts import SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)


class TickBody(Body):
    """Somebody looked, and says so: their name and the day. `who` is whom the item names: the coordinator, the contact,
    or who accepts the draft of a law.
    """

    ticked_by: Name
    ticked_on: PaperDay
    who: Name | None = None


class ItemView(BaseModel):
    """One line of the checklist; a tick with who vouches for it."""

    item: str
    met: bool
    text: str
    ticked_by: str | None = None
    ticked_on: date | None = None
    who: str | None = None


class ReadinessView(BaseModel):
    """Whether offerings can be opened at a place, and what is missing."""

    site: SitePath
    ready: bool
    items: list[ItemView]


@router.get("/places/{site}/readiness")
async def get_readiness(site: SitePath, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ReadinessView:
    """A place's checklist, for its staff."""
    caller.require(*STAFF, site=site)
    await standing(session, site)
    items = await checklist_of(session, site, clock.now().date())
    ticks = {row.item: row for row in await session.scalars(select(ReadinessRow).where(ReadinessRow.site == site))}
    shown = [_shown(each, ticks.get(each.item)) for each in items]
    return ReadinessView(site=site, ready=all(each.met for each in items), items=shown)


def _shown(item: rules.Item, tick: ReadinessRow | None) -> ItemView:
    told = {name: getattr(tick, name) for name in ("ticked_by", "ticked_on", "who")} if tick else {}
    return ItemView(item=item.item, met=item.met, text="" if item.met else item.missing, **told)


@router.put("/places/{site}/readiness/{item}")
async def tick(
    site: SitePath, item: TickedItem, body: TickBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Changed:
    """Tick what data cannot show, with the name of whoever looked and the day."""
    caller.require("administrator", "coordinator", site=site)
    await policies.take_turns(session, site)
    await standing(session, site, lock=True)
    if faults := rules.faults_of_tick(item, body.who, body.ticked_on, clock.now().date()):
        raise Invalid("See errors for each field.", [{"field": name, "reason": why} for name, why in faults.items()])
    laws = await queries.laws(session, [site])
    law_of = places.code_of(places.law_at(laws, site)) if item == rules.DRAFT else None
    stored = await session.get(ReadinessRow, (site, item))
    values = {**body.model_dump(), "law_of": law_of}
    if stored and all(getattr(stored, name) == value for name, value in values.items()):
        return Changed(changed=False)
    recorded = {"recorded_by": caller.subject, "recorded_at": clock.now()}
    await session.merge(ReadinessRow(**values, **recorded, site=site, item=item))
    if item == rules.DRAFT:
        await emit(session, *await queries.site_events(session, [site], laws), at=clock.now())
    return Changed(changed=True)


@router.delete("/places/{site}/readiness/{item}")
async def untick(site: SitePath, item: TickedItem, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Take a tick away; offerings that are open stay open."""
    caller.require("administrator", "coordinator", site=site)
    await policies.take_turns(session, site)
    gone = delete(ReadinessRow).where(ReadinessRow.site == site, ReadinessRow.item == item)
    changed = await session.scalar(gone.returning(ReadinessRow.item)) is not None
    if changed and item == rules.DRAFT:
        laws = await queries.laws(session, [site])
        await emit(session, *await queries.site_events(session, [site], laws), at=clock.now())
    return Changed(changed=changed)
