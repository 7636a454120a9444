"""Applications: who asks to take part in which role at which offering."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, or_, select

from services.intake import consents, queries
from services.intake.api.people import enrolled, is_kept_away, may_have_contact
from services.intake.api.seen import STAFF, existing
from services.intake.domain import applications as rules
from services.intake.domain.applications import Source, State
from services.intake.domain.places import network_of
from services.intake.drafting import check_may_begin
from services.intake.fields import Body
from services.intake.merging import check_kept
from services.intake.tables import ApplicationRow, OfferingRow, PersonRow, RoleRow
from shared.access import Caller, CallerDep, within
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class ApplicationBody(Body):
    """Who applies (the caller where nobody is named), as what, for what, and how they came to it."""

    person: UUID | None = None
    role: Slug
    offering: OfferingId
    source: Source | None = None

    def source_for(self, caller: Caller, holder: PersonRow) -> Source:
        """How the person came to it, where nobody says: by the staff who apply for them, or otherwise."""
        themself = caller.person == holder.person or enrolled(caller, holder)
        return self.source or ("other" if themself else "staff")


class ToSign(BaseModel):
    """What has to be signed before an application counts."""

    document: Slug
    version: str
    sha256: str


class ApplicationView(BaseModel):
    """An application. `to_sign`: what it waits for, where it waits for a signature.

    `reapply_on`: the person may apply for this role at this site from then on. `offered_role`, `offered_offering`: what
    the staff offer instead; `redirected_to`: the application by which it was taken. `talk_open`, for staff alone: the
    person has a question or a concern about what they signed (R71).
    """

    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath
    state: State
    source: Source
    applied_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    reapply_on: date | None
    offered_role: Slug | None
    offered_offering: OfferingId | None
    redirected_to: UUID | None
    to_sign: ToSign | None = None
    talk_open: bool | None = None


@router.post("/applications", status_code=201)
async def apply(body: ApplicationBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ApplicationView:
    """Apply at once, without a form: for who has everything, as staff, imports and facilitators do.

    A second open application for the same role and offering is a contradiction that names the first.
    """
    holder, offering, role = await applicant(session, caller, body)
    await check_may_begin(session, holder, role, offering, clock.today())
    return await view_of(session, await _apply(session, body, holder, role, offering, caller, clock), caller)


async def applicant(
    session: SessionDep, caller: Caller, body: ApplicationBody
) -> tuple[PersonRow, OfferingRow, RoleRow]:
    """Who applies, held until the commit, and for what. Raises Forbidden, or Invalid for what does not exist."""
    person = body.person or caller.person
    if person is None:
        raise Invalid.field("person", "name the person who applies")
    offering = existing("offering", await session.get(OfferingRow, body.offering))
    holder = await session.get(PersonRow, person, with_for_update={"key_share": True})
    if holder is not None and await _is_hidden(session, caller, holder, offering):
        holder = None
    if holder is None or not enrolled(caller, holder):
        caller.require_self_or(person, *STAFF, site=offering.site)
    role = existing("role", await session.get(RoleRow, body.role))
    if holder is None:
        raise Invalid.field("person", "nobody is registered with this id")
    await check_kept(session, person)
    return holder, offering, role


async def _is_hidden(session: SessionDep, caller: Caller, holder: PersonRow, offering: OfferingRow) -> bool:
    """Whether the caller must not learn that there is such a person: in another network, or kept away from them."""
    if caller.person == holder.person:
        return False
    elsewhere = holder.network != network_of(offering.site) and not enrolled(caller, holder)
    return elsewhere or await is_kept_away(session, caller, holder.person)


async def _apply(
    session: SessionDep, body: ApplicationBody, holder: PersonRow, role: RoleRow, offering: OfferingRow,
    caller: Caller, clock: ClockDep,
) -> UUID:  # fmt: skip
    current = await queries.version_in_force(session, offering.document)
    signed = await queries.signed_versions(session, holder.person, offering.document)
    state = rules.state(current.version if current else "", signed)
    row = ApplicationRow(
        application=new_id(),
        person=holder.person,
        role=role.role,
        offering=offering.offering,
        site=offering.site,
        state=state,
        source=body.source_for(caller, holder),
        applied_by=caller.subject,
        applied_at=clock.now(),
        submitted_at=clock.now() if state == rules.SUBMITTED else None,
    )
    session.add(row)  # The person's row is locked: nobody applies for them meanwhile.
    await session.flush()
    if state == rules.SUBMITTED:
        await emit(session, queries.submitted_event(row, role.kind), at=clock.now())
    await consents.settle(session, holder, clock.now())  # a programme for minors may ask a guardian, too
    return row.application


async def view_of(session: SessionDep, application: UUID, caller: Caller) -> ApplicationView:
    """One application as its view."""
    rows = queries.applications().where(ApplicationRow.application == application)
    return _view((await session.execute(rows)).one(), caller)


def _view(row: queries.ApplicationFound, caller: Caller) -> ApplicationView:
    application, kind, version, talk_open = row
    own = ApplicationView.model_fields.keys() - {"kind_of_role", "to_sign", "talk_open"}
    waits = application.state == rules.TO_SIGN
    to_sign = ToSign(document=version.document, version=version.version, sha256=version.sha256) if waits else None
    return ApplicationView(
        **{name: getattr(application, name) for name in own},
        kind_of_role=RoleKind(kind),
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
    reached = or_(own, enrolled_ones, within(ApplicationRow.site, caller.sites(*STAFF)))
    return reached & may_have_contact(caller, ApplicationRow.person)


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
