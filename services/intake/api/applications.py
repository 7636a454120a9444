"""Applications: who asks to take part in which role at which offering."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_, select

from services.intake import queries
from services.intake.api.people import enrolled
from services.intake.api.seen import STAFF, existing
from services.intake.domain import applications as rules
from services.intake.domain.applications import State
from services.intake.fields import Body
from services.intake.tables import ApplicationRow, OfferingRow, PersonRow, RoleRow
from shared.access import Caller, CallerDep, within
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Conflict, Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class ApplicationBody(Body):
    """Who applies (the caller where nobody is named), as what, and for what."""

    person: UUID | None = None
    role: Slug
    offering: OfferingId


class ToSign(BaseModel):
    """What has to be signed before an application counts."""

    document: Slug
    version: str
    sha256: str


class ApplicationView(BaseModel):
    """An application. `to_sign` is null once it is submitted.

    `talk_open`, for staff alone: the person has a question or a concern about what they signed (R71).
    """

    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath
    state: State
    applied_at: datetime
    submitted_at: datetime | None
    to_sign: ToSign | None = None
    talk_open: bool | None = None


@router.post("/applications", status_code=201)
async def apply(body: ApplicationBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ApplicationView:
    """Apply, or for somebody whom the caller enrolled.

    A second open application for the same role and offering is a contradiction that names the first.
    """
    person = body.person or caller.person
    if person is None:
        raise Invalid.field("person", "name the person who applies")
    offering = existing("offering", await session.get(OfferingRow, body.offering))
    holder = await session.get(PersonRow, person, with_for_update={"key_share": True})
    if holder is None or not enrolled(caller, holder):
        caller.require_self_or(person, *STAFF, site=offering.site)
    role = existing("role", await session.get(RoleRow, body.role))
    if holder is None:
        raise Invalid.field("person", "nobody is registered with this id")
    rules.check_may_apply(role.role, role.site, offering.offering, offering.site, offering.is_open)
    rules.check_same_network(holder.network, offering.site)
    application = await _apply(session, person, role, offering, caller, clock)
    return await view_of(session, application, caller)


async def _apply(
    session: SessionDep, person: UUID, role: RoleRow, offering: OfferingRow, caller: Caller, clock: ClockDep
) -> UUID:
    current = await queries.version_in_force(session, offering.document)
    signed = await queries.signed_versions(session, person, offering.document)
    state = rules.state(current.version if current else "", signed)
    key = {"person": person, "role": role.role, "offering": offering.offering}
    row = ApplicationRow(
        **key,
        application=new_id(),
        site=offering.site,
        state=state,
        applied_by=caller.subject,
        applied_at=clock.now(),
        submitted_at=clock.now() if state == rules.SUBMITTED else None,
    )
    # The person's row is locked: nobody applies for them meanwhile.
    if existing := await session.scalar(select(ApplicationRow.application).filter_by(**key)):
        raise Conflict(
            f"There is an open application for this role and offering already: {existing}.",
            [{"field": "application", "reason": str(existing)}],
        )
    session.add(row)
    await session.flush()
    if state == rules.SUBMITTED:
        await emit(session, queries.submitted_event(row, role.kind), at=clock.now())
    return row.application


async def view_of(session: SessionDep, application: UUID, caller: Caller) -> ApplicationView:
    """One application as its view."""
    rows = queries.applications().where(ApplicationRow.application == application)
    return _view((await session.execute(rows)).one(), caller)


def _view(row: queries.ApplicationFound, caller: Caller) -> ApplicationView:
    application, kind, version, talk_open = row
    told = {name: getattr(application, name) for name in ("application", "person", "role", "offering", "site", "state")}
    waits = application.state == rules.TO_SIGN
    to_sign = ToSign(document=version.document, version=version.version, sha256=version.sha256) if waits else None
    return ApplicationView(
        **told,
        kind_of_role=kind,
        applied_at=application.applied_at,
        submitted_at=application.submitted_at,
        to_sign=to_sign,
        talk_open=talk_open if caller.covers(*STAFF, site=application.site) else None,
    )


@router.get("/applications/{application}")
async def get_application(application: UUID, session: SessionDep, caller: CallerDep) -> ApplicationView:
    """An application, for the person and for staff of its site."""
    rows = queries.applications().where(ApplicationRow.application == application, _mine_or_sites(caller))
    row = (await session.execute(rows)).one_or_none()
    if row is None:
        raise NotFound("There is no such application, or none that you may see.")
    return _view(row, caller)


def _mine_or_sites(caller: Caller) -> ColumnElement[bool]:
    """Those of the caller, of whom the caller enrolled, and at sites where the caller is staff."""
    own = ApplicationRow.person == caller.person
    theirs = PersonRow.enrolled_by == caller.subject, within(PersonRow.site, caller.sites("facilitator"))
    enrolled_ones = ApplicationRow.person.in_(select(PersonRow.person).where(*theirs))
    return or_(own, enrolled_ones, within(ApplicationRow.site, caller.sites(*STAFF)))


@router.get("/applications")
async def list_applications(
    session: SessionDep,
    caller: CallerDep,
    person: Annotated[UUID | None, Query()] = None,
    offering: Annotated[OfferingId | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    limit: PageSize = 100,
    cursor: Cursor = None,
) -> Page[ApplicationView]:
    """The caller's own applications, of whom they enrolled, and at sites where they are staff; oldest first."""
    rows = queries.applications().where(_mine_or_sites(caller))
    wanted = {ApplicationRow.person: person, ApplicationRow.offering: offering, ApplicationRow.state: state}
    rows = rows.where(*(column == value for column, value in wanted.items() if value is not None))
    if cursor:
        rows = rows.where(ApplicationRow.application > decode_cursor(cursor, UUID)[0])
    items = list(await session.execute(rows.order_by(ApplicationRow.application).limit(limit + 1)))
    after = encode_cursor(str(items[limit - 1][0].application)) if len(items) > limit else None
    return Page(items=[_view(row, caller) for row in items[:limit]], next=after)
