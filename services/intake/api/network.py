"""Places, programmes, roles and offerings: what `rapport network apply` puts, in this order."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import exists, select

from services.intake import queries
from services.intake.api.seen import Changed, existing, found
from services.intake.domain import places, texts
from services.intake.fields import Body, Country, Languages, Name, Prose, ZoneName
from services.intake.submission import submit_signed
from services.intake.tables import ApplicationRow, DocumentRow, OfferingRow, PlaceRow, ProgrammeRow, RoleRow
from shared.access import CallerDep
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.contracts.intake import PlaceKind, ProgrammeType, RiskFactor
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)

ReplyHours = Annotated[int, Field(ge=1, le=24 * 366)]


class PlaceBody(Body):
    """A place; its path names those above it."""

    place: PlaceKind
    name: Name
    zone: ZoneName
    country: Country | None = None
    languages: Languages = []


class PlaceView(PlaceBody):
    """A place with its path."""

    site: SitePath


class ProgrammeBody(Body):
    """A programme; the administrator at `site` owns it."""

    site: SitePath
    name: Name
    type: ProgrammeType


class ProgrammeView(ProgrammeBody):
    """A programme with its slug."""

    programme: Slug


class RoleBody(Body):
    """A role. `risks` is its risk assessment and may be empty, but not left out (R31, R36)."""

    site: SitePath
    kind: RoleKind
    title: Name
    description: Prose = ""
    risks: list[RiskFactor] = Field(max_length=20)


class RoleView(RoleBody):
    """A role with its slug."""

    role: Slug


class OfferingBody(Body):
    """A programme at a site. Hours are the reply limits of each role (R9, R10); `document` has to be signed (R72)."""

    is_open: bool
    mentor_reply_hours: ReplyHours = 48
    mentee_reply_hours: ReplyHours = 96
    document: Slug


class OfferingView(OfferingBody):
    """An offering with its id."""

    offering: OfferingId
    programme: Slug
    programme_type: ProgrammeType
    site: SitePath


@router.put("/places/{site}")
async def put_place(
    site: SitePath, body: PlaceBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Changed:
    """Add or change a place: for an administrator of the place above; a network's own for the network itself."""
    parent = places.parent_of(site)
    caller.require("administrator", site=parent or site)
    places.check_place(site, body.place, await queries.place_kind(session, parent))  # type: ignore[arg-type]  # the table's CHECK allows no other kind
    if stored := await queries.place_kind(session, site):
        places.check_same(f"The place {site}", "kind", stored, body.place)
    values = {**body.model_dump(), "site": site, "parent": parent}
    changed = await queries.put(session, PlaceRow, "site", values)
    if changed:
        await emit(session, queries.site_event(PlaceRow(**values)), at=clock.now())
    return Changed(changed=changed)


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


@router.put("/programmes/{programme}")
async def put_programme(programme: Slug, body: ProgrammeBody, session: SessionDep, caller: CallerDep) -> Changed:
    """Add or change a programme. Its type stands once it is offered: applicants were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(ProgrammeRow, programme):
        places.check_same(f"The programme {programme}", "site", stored.site, body.site)
        if await session.scalar(select(exists().where(OfferingRow.programme == programme))):
            places.check_same(f"The programme {programme}", "type", stored.type, body.type)
    return Changed(
        changed=await queries.put(session, ProgrammeRow, "programme", {**body.model_dump(), "programme": programme})
    )


@router.get("/programmes/{programme}")
async def get_programme(programme: Slug, session: SessionDep, caller: CallerDep) -> ProgrammeView:
    """A programme."""
    rows = select(ProgrammeRow).where(ProgrammeRow.programme == programme, queries.visible(ProgrammeRow.site, caller))
    return found(ProgrammeView, await session.scalar(rows), "programme")


@router.put("/roles/{role}")
async def put_role(role: Slug, body: RoleBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Add or change a role. Its kind stands once somebody applied: they were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(RoleRow, role):
        places.check_same(f"The role {role}", "site", stored.site, body.site)
        if await session.scalar(select(exists().where(ApplicationRow.role == role))):
            places.check_same(f"The role {role}", "kind", stored.kind, body.kind)
    values = {**body.model_dump(), "risks": sorted(set(body.risks)), "role": role}
    changed = await queries.put(session, RoleRow, "role", values)
    if changed:
        await emit(session, queries.role_event(RoleRow(**values)), at=clock.now())
    return Changed(changed=changed)


@router.get("/roles/{role}")
async def get_role(role: Slug, session: SessionDep, caller: CallerDep) -> RoleView:
    """A role of the catalogue."""
    rows = select(RoleRow).where(RoleRow.role == role, queries.visible(RoleRow.site, caller))
    return found(RoleView, await session.scalar(rows), "role")


@router.put("/offerings/{offering}")
async def put_offering(
    offering: OfferingId, body: OfferingBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Changed:
    """Offer a programme at a site, or change how. Applications that another document makes complete are submitted."""
    site = offering.partition("@")[2]
    caller.require("administrator", site=site)
    existing("site", await session.get(PlaceRow, site))
    programme = existing("programme", await session.get(ProgrammeRow, offering.partition("@")[0]))
    document = existing("document", await session.get(DocumentRow, body.document))
    places.check_covers(f"The programme {programme.programme}", programme.site, site)
    places.check_covers(f"The document {document.document}", document.site, site)
    values = {**body.model_dump(), "offering": offering, "programme": programme.programme, "site": site}
    changed = await queries.put(session, OfferingRow, "offering", values)
    if changed:
        await emit(session, queries.offering_event(OfferingRow(**values), programme.type), at=clock.now())
        await submit_signed(session, clock.now(), ApplicationRow.offering == offering)
    return Changed(changed=changed)


@router.get("/offerings/{offering}")
async def get_offering(offering: OfferingId, session: SessionDep, caller: CallerDep) -> OfferingView:
    """An offering."""
    row = (await session.execute(queries.offerings(caller).where(OfferingRow.offering == offering))).one_or_none()
    return found(OfferingView, row, "offering")


@router.get("/offerings")
async def list_offerings(
    session: SessionDep, caller: CallerDep, limit: PageSize = 100, cursor: Cursor = None
) -> Page[OfferingView]:
    """The offerings in the caller's branch of the tree, by id."""
    rows = queries.offerings(caller)
    if cursor:
        rows = rows.where(OfferingRow.offering > decode_cursor(cursor, texts.exact)[0])
    items = list(await session.execute(rows.order_by(OfferingRow.offering).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].offering) if len(items) > limit else None
    return Page(items=[found(OfferingView, row, "offering") for row in items[:limit]], next=after)
