"""People: their address card, profile and signatures."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BeforeValidator
from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import InstrumentedAttribute

from services.intake import constraints, queries, registration
from services.intake.api.seen import Changed, existing
from services.intake.domain import places
from services.intake.fields import Body, Card, Email, Language, Name, NewPerson, Profile, ZoneName
from services.intake.merging import check_kept, kept_of
from services.intake.tables import GuardianRow, PersonRow, PlaceRow, ProfileRow
from shared.access import Caller, CallerDep
from shared.contracts import SitePath
from shared.contracts.intake import ProfileChanged
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.outbox import emit
from shared.problems import Conflict, Forbidden, Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


def _given(value: Any) -> Any:
    if value is None:
        raise ValueError("This cannot be empty; leave it out to keep it.")
    return value


class PersonView(Card):
    """A person's address card. `possible_duplicate_of` is shown to staff alone."""

    person: UUID
    site: SitePath
    may_mail: bool
    possible_duplicate_of: UUID | None = None


class PersonPatch(Body):
    """What changes on an address card; what is left out stays."""

    site: Annotated[SitePath | None, AfterValidator(_given)] = None
    name_to_use: Annotated[Name | None, AfterValidator(_given)] = None
    full_name: Name | None = None
    email: Annotated[Email | None, BeforeValidator(lambda raw: None if raw == "" else raw)] = None
    language: Annotated[Language | None, AfterValidator(_given)] = None
    zone: Annotated[ZoneName | None, AfterValidator(_given)] = None
    may_mail: Annotated[bool | None, AfterValidator(_given)] = None


class ProfileView(Profile):
    """A person's profile."""

    person: UUID


class ProfilePut(ProfileView, Changed):
    """A profile after a PUT."""


async def person_for(session: SessionDep, caller: Caller, person: UUID, *, lock: bool = False) -> PersonRow:
    """A person whom the caller may see: themself, whom they enrolled, or at a site where they coordinate.

    Raises NotFound; Conflict for a record that was given up for another one.
    """
    row = await session.get(PersonRow, person, with_for_update={"key_share": True} if lock else None)
    if row is None or not (caller.person == person or await acts_for(session, caller, row)):
        raise NotFound("There is no such person, or none that you may see.")
    await check_kept(session, person)
    return row


async def acts_for(session: SessionDep, caller: Caller, row: PersonRow) -> bool:
    """Whether the caller enrolled this person or is staff of their site, and may have contact with them at all."""
    if not (enrolled(caller, row) or is_staff(caller, row.site)):
        return False
    return not await is_kept_away(session, caller, row.person)


async def is_kept_away(session: SessionDep, caller: Caller, person: UUID) -> bool:
    """Whether the caller is a guardian who must have no contact with this person, whatever grants they have."""
    own = await session.get(GuardianRow, (person, caller.person)) if caller.person else None
    return own is not None and own.no_contact


def may_have_contact(caller: Caller, person: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """SQL: the same of a column, the other way round."""
    named = GuardianRow.person == person, GuardianRow.guardian == caller.person
    return ~exists().where(*named, GuardianRow.no_contact)


def enrolled(caller: Caller, row: PersonRow) -> bool:
    """Whether the caller enrolled this person, and still facilitates at their site."""
    return row.enrolled_by == caller.subject and caller.covers("facilitator", site=row.site)


def is_staff(caller: Caller, site: str) -> bool:
    """Whether the caller looks after the people of a site."""
    return caller.covers("coordinator", "administrator", site=site)


def _view(row: PersonRow, caller: Caller, response: Response) -> PersonView:
    response.headers["ETag"] = etag(row.version)
    view = PersonView.model_construct(
        **{name: getattr(row, name) for name in PersonView.model_fields if name != "possible_duplicate_of"}
    )
    view.possible_duplicate_of = row.duplicate_of if is_staff(caller, row.site) else None
    return view


@router.post("/people", status_code=201)
async def register(
    body: NewPerson, session: SessionDep, clock: ClockDep, caller: CallerDep, response: Response
) -> PersonView:
    """Register: staff register anybody at their site, a participant registers themself.

    A facilitator enrols somebody who has no e-mail, and may then act for them: profile, application, signed paper.

    An address that somebody has is a contradiction for staff. To a participant it makes no difference that they could
    see, so nobody learns who is registered; staff find both as possible duplicates.
    """
    themself, enrolled_by = _registrar(caller, body)
    existing("site", await session.get(PlaceRow, body.site))
    row = await registration.register(session, body, themself, clock.now(), enrolled_by)
    return _view(row, caller, response)


def _registrar(caller: Caller, body: NewPerson) -> tuple[UUID | None, str | None]:
    """Who registers themself, or which facilitator enrols; neither where staff do it. Raises Forbidden or Invalid."""
    if is_staff(caller, body.site):
        return None, None
    if caller.covers("facilitator", site=body.site):
        if body.email is None:
            return None, caller.subject
        if not caller.covers("participant", site=body.site):
            raise Invalid.field("email", "facilitators enrol those who have none; let this person register themself")
    caller.require("participant", "facilitator", "coordinator", "administrator", site=body.site)
    if caller.person is None:
        raise Forbidden("Only a person can register themself; this token is a client's.")
    return caller.person, None


@router.get("/people/{person}")
async def get_person(person: UUID, session: SessionDep, caller: CallerDep, response: Response) -> PersonView:
    """A person's address card, for themself and for staff of their site.

    To those who may see the kept one, the id of a record that was given up answers with the one that was kept.
    """
    if kept := (await kept_of(session, [person])).get(person):
        row = await session.get_one(PersonRow, kept)
        if caller.person == kept or await acts_for(session, caller, row):
            response.headers["Content-Location"] = f"/people/{kept}"
            return _view(row, caller, response)
    return _view(await person_for(session, caller, person), caller, response)


@router.patch("/people/{person}")
async def change_person(
    person: UUID,
    body: PersonPatch,
    request: Request,
    response: Response,
    session: SessionDep,
    clock: ClockDep,
    caller: CallerDep,
) -> PersonView:
    """Change an address card. Only staff of both sites move a person, and only within the network."""
    row = await person_for(session, caller, person, lock=True)
    require_match(request, row.version)
    moves = body.site is not None and body.site != row.site
    if moves:
        await _check_move(session, caller, row, str(body.site))
    staff = is_staff(caller, row.site)
    await registration.change(session, row, body.model_dump(exclude_unset=True), by_staff=staff)
    if moves and await queries.has_profile(session, person):
        await emit(session, ProfileChanged(person=person, site=row.site), at=clock.now())
    if moves:
        await constraints.moved(session, row, clock.now())
    return _view(row, caller, response)


async def _check_move(session: SessionDep, caller: Caller, row: PersonRow, site: str) -> None:
    caller.require("coordinator", "administrator", site=row.site)
    caller.require("coordinator", "administrator", site=site)
    existing("site", await session.get(PlaceRow, site))
    if places.network_of(site) != row.network:
        raise Conflict("A person stays in their network; register them anew in the other one.")


@router.put("/people/{person}/profile")
async def put_profile(
    person: UUID,
    body: Profile,
    request: Request,
    response: Response,
    session: SessionDep,
    clock: ClockDep,
    caller: CallerDep,
) -> ProfilePut:
    """Set a person's profile. If-Match is heeded where it is sent."""
    holder = await person_for(session, caller, person, lock=True)
    stored = await session.get(ProfileRow, person)
    if "if-match" in request.headers:
        require_match(request, stored.version if stored else 0)
    row, changed = registration.set_profile(session, stored, person, body.model_dump())
    if changed:
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
    response.headers["ETag"] = etag(row.version)
    return ProfilePut(changed=changed, person=person, **body.model_dump())


@router.get("/people/{person}/profile")
async def get_profile(person: UUID, session: SessionDep, caller: CallerDep, response: Response) -> ProfileView:
    """A person's profile, for themself and for staff of their site."""
    await person_for(session, caller, person)
    row = await session.get(ProfileRow, person)
    if row is None:
        raise NotFound("This person has no profile yet.")
    response.headers["ETag"] = etag(row.version)
    return ProfileView.model_construct(**{name: getattr(row, name) for name in ProfileView.model_fields})
