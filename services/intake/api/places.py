"""The tree of places: where they stand, how they are called, and whose law holds there."""

from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, model_validator
from sqlalchemy import select

from services.intake import policies, queries
from services.intake.api.seen import Changed, DryRun, found
from services.intake.domain import places, texts
from services.intake.fields import Body, Country, Languages, Name, ZoneName
from services.intake.tables import OfferingRow, PlaceRow
from shared.access import CallerDep
from shared.contracts import OfferingId, SitePath
from shared.contracts.intake import PlaceKind, SubdivisionCode
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class PlaceBody(Body):
    """A place; its path names those above it. Without a country it has that of the nearest place above with one."""

    place: PlaceKind
    name: Name
    zone: ZoneName
    country: Country | None = None
    subdivision: SubdivisionCode | None = None
    languages: Languages = []

    @model_validator(mode="after")
    def _subdivision_of_country(self) -> Self:
        if self.subdivision and self.subdivision[:2] != self.country:
            raise ValueError(f"Write the country of the subdivision {self.subdivision} beside it.")
        return self


class PlaceView(PlaceBody):
    """A place with its path."""

    site: SitePath


class Moved(BaseModel):
    """A place where another law holds from now on, and the offerings there."""

    site: SitePath
    before: str | None
    after: str | None
    offerings: list[OfferingId]


class PlaceChanged(Changed):
    """A place after a PUT: where another country's law holds now (trap 9)."""

    dry_run: bool
    moved: list[Moved]


@router.put("/places/{site}")
async def put_place(
    site: SitePath, body: PlaceBody, session: SessionDep, clock: ClockDep, caller: CallerDep, dry_run: DryRun = False
) -> PlaceChanged:
    """Add or change a place: for an administrator of the place above; a network's own for the network itself.

    A place that moves to another country takes those below along that name none; each is told of and answered.
    """
    parent = places.parent_of(site)
    caller.require("administrator", site=parent or site)
    await policies.take_turns(session, site)
    places.check_place(site, body.place, await queries.place_kind(session, parent))  # type: ignore[arg-type]  # the table's CHECK allows no other kind
    stored = await session.get(PlaceRow, site)
    if stored:
        places.check_same(f"The place {site}", "kind", stored.place, body.place)
    values = {**body.model_dump(), "site": site, "parent": parent}
    changed = stored is None or any(getattr(stored, name) != value for name, value in values.items())
    before = await queries.laws(session, [site])
    after = {**before, site: (body.country, body.subdivision)}
    moved = places.moved(before, after, site) if stored else []
    if changed and not dry_run:
        await queries.put(session, PlaceRow, "site", values)
        await emit(session, *await queries.site_events(session, {site, *moved}, after), at=clock.now())
    shown = [await _moved(session, each, before, after) for each in moved]
    return PlaceChanged(changed=changed, dry_run=dry_run, moved=shown)


async def _moved(session: SessionDep, site: str, before: places.Laws, after: places.Laws) -> Moved:
    offerings = select(OfferingRow.offering).where(OfferingRow.site == site).order_by(OfferingRow.offering)
    was, becomes = ((law := places.law_at(laws, site))[1] or law[0] for laws in (before, after))
    return Moved(site=site, before=was, after=becomes, offerings=list(await session.scalars(offerings)))


@router.get("/places/{site}")
async def get_place(site: SitePath, session: SessionDep, caller: CallerDep) -> PlaceView:
    """A place, for everybody who stands in its branch of the tree."""
    row = await session.scalar(select(PlaceRow).where(PlaceRow.site == site, queries.visible(PlaceRow.site, caller)))
    return found(PlaceView, row, "place")


@router.get("/places")
async def list_places(
    session: SessionDep, caller: CallerDep, limit: PageSize = 100, cursor: Cursor = None
) -> Page[PlaceView]:
    """The places that the caller may know, by path."""
    rows = select(PlaceRow).where(queries.visible(PlaceRow.site, caller))
    if cursor:
        rows = rows.where(PlaceRow.site > decode_cursor(cursor, texts.exact)[0])
    items = list(await session.scalars(rows.order_by(PlaceRow.site).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].site) if len(items) > limit else None
    return Page(items=[found(PlaceView, row, "place") for row in items[:limit]], next=after)
