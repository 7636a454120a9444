"""Programmes and offerings: what is offered where."""

from fastapi import APIRouter
from sqlalchemy import exists, select

from services.intake import agreements, policies, queries
from services.intake.api.seen import Changed, existing, found
from services.intake.domain import places, texts
from services.intake.domain.policy import Holder, check_tightens
from services.intake.domain.readiness import check_ready
from services.intake.fields import Body, Name, ReplyHours
from services.intake.readiness import checklist_of
from services.intake.submission import submit_signed
from services.intake.tables import ApplicationRow, DocumentRow, OfferingRow, PlaceRow, ProgrammeRow
from shared.access import CallerDep
from shared.contracts import OfferingId, SitePath, Slug
from shared.contracts.intake import ProgrammeType
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class ProgrammeBody(Body):
    """A programme; the administrator at `site` owns it."""

    site: SitePath
    name: Name
    type: ProgrammeType


class ProgrammeView(ProgrammeBody):
    """A programme with its slug."""

    programme: Slug


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


@router.put("/programmes/{programme}")
async def put_programme(programme: Slug, body: ProgrammeBody, session: SessionDep, caller: CallerDep) -> Changed:
    """Add or change a programme. Its type stands once it is offered: applicants were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(ProgrammeRow, programme):
        places.check_owner(f"The programme {programme}", stored.site, body.site)
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


@router.put("/offerings/{offering}")
async def put_offering(
    offering: OfferingId, body: OfferingBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Changed:
    """Offer a programme at a site, or change how. Applications that another document makes complete are submitted.

    It opens only where the site is ready (R82); what is open stays open.
    """
    site = offering.partition("@")[2]
    caller.require("administrator", site=site)
    await policies.take_turns(session, site)
    existing("site", await session.get(PlaceRow, site))
    programme = existing("programme", await session.get(ProgrammeRow, offering.partition("@")[0]))
    document = existing("document", await session.get(DocumentRow, body.document))
    places.check_covers(f"The programme {programme.programme}", programme.site, site)
    places.check_covers(f"The document {document.document}", document.site, site)
    known = await policies.policies_of(session, [site])
    limits = body.model_dump(include={"mentor_reply_hours", "mentee_reply_hours"})
    check_tightens(Holder("offering", offering), limits, known.above_offering(offering))
    stored = await session.get(OfferingRow, offering)
    if stored and await agreements.is_relied_on(session, offering):
        places.check_same(f"The offering {offering}", "document", stored.document, body.document)
    if body.is_open and not (stored and stored.is_open):
        today = clock.now().date()
        check_ready(site, await checklist_of(session, site, today, document.document, programme.programme))
    values = {**body.model_dump(), "offering": offering, "programme": programme.programme, "site": site}
    changed = await queries.put(session, OfferingRow, "offering", values)
    if changed:
        await emit(session, *await queries.offering_events(session, [OfferingRow(**values)], known), at=clock.now())
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
