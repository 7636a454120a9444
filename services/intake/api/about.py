"""What people say of themselves: languages by level, countries, style, dislikes, wishes, adjustments (R2, R17, R20)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.intake import about, queries
from services.intake.api.people import person_for
from services.intake.api.seen import Changed, standing
from services.intake.fields import LIST_LIMIT, Body, Language, Line
from services.intake.tables import AboutRow, PlaceRow, WishListRow
from services.intake.traits import About
from shared.access import CallerDep
from shared.contracts import SitePath, Slug
from shared.contracts.intake import ProfileChanged
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.outbox import emit
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)

Texts = Annotated[dict[Language, Line], Field(min_length=1, max_length=LIST_LIMIT)]


class AboutView(About):
    """What a person says of themself."""

    person: UUID


class AboutPut(AboutView, Changed):
    """The same after a PUT."""


class WishList(Body):
    """The wishes that people of a place may have: texts by code and language."""

    wishes: Annotated[dict[Slug, Texts], Field(max_length=LIST_LIMIT)]


class WishListPut(WishList, Changed):
    """The same after a PUT."""

    site: SitePath


class Wish(BaseModel):
    """A wish, and the place that offers it."""

    code: Slug
    site: SitePath
    texts: dict[str, str]


class Offered(BaseModel):
    """All that a place offers, with what the places above it do."""

    items: list[Wish]


@router.get("/people/{person}/about")
async def get_about(person: UUID, session: SessionDep, caller: CallerDep, response: Response) -> AboutView:
    """What a person says of themself, for themself, whoever enrolled them and staff of their site."""
    await person_for(session, caller, person)
    row = await session.get(AboutRow, person)
    response.headers["ETag"] = etag(row.version if row else 0)
    return AboutView.model_validate({"person": person, **about.said(row)})


@router.put("/people/{person}/about")
async def put_about(
    person: UUID, body: About, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> AboutPut:  # fmt: skip
    """Set all of it; what is left out is not said. If-Match is heeded where it is sent."""
    holder = await person_for(session, caller, person, lock=True)
    row = await session.get(AboutRow, person)
    if "if-match" in request.headers:
        require_match(request, row.version if row else 0)
    if unknown := await about.unknown_wishes(session, holder.site, body.wishes, row.wishes if row else ()):
        raise Invalid.field("wishes", f"{', '.join(unknown)}: no wish that the site offers")
    values = body.model_dump() | {"style": body.style.model_dump(exclude_none=True)}
    row, changed = about.set_about(session, row, person, values)
    if changed and await queries.has_profile(session, person):
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
    response.headers["ETag"] = etag(row.version if row else 0)
    return AboutPut(person=person, changed=changed, **dict(body))


@router.get("/places/{site}/wishes")
async def get_wishes(site: SitePath, session: SessionDep, caller: CallerDep, response: Response) -> Offered:
    """The wishes that people of a place may have (R20); the ETag is that of the place's own list."""
    await standing(session, site, queries.visible(PlaceRow.site, caller))
    row = await session.get(WishListRow, site)
    response.headers["ETag"] = etag(row.version if row else 0)
    offered = await about.wishes_at(session, site)
    return Offered.model_validate({"items": [offered[code] for code in sorted(offered)]})


@router.put("/places/{site}/wishes")
async def put_wishes(
    site: SitePath, body: WishList, request: Request, response: Response, session: SessionDep, caller: CallerDep
) -> WishListPut:
    """Publish a place's own list. What people wished stays theirs, though it is offered no more."""
    caller.require("administrator", site=site)
    await standing(session, site, lock=True)
    row = await session.get(WishListRow, site)
    require_match(request, row.version if row else 0)
    if row is None:
        row = WishListRow(site=site, wishes={}, version=0)
        session.add(row)
    changed = row.wishes != body.wishes
    row.wishes, row.version = body.wishes, row.version + changed
    response.headers["ETag"] = etag(row.version)
    return WishListPut(site=site, wishes=body.wishes, changed=changed)
