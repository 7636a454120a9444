"""Guardians of a child: added by staff or whoever enrolled the child, verified and limited by staff."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from sqlalchemy import select

from services.intake import consents
from services.intake.api.people import acts_for, enrolled, is_staff, person_for
from services.intake.domain.guardians import Guardian, GuardianKind, VerifiedHow, check_guardian, check_verifier
from services.intake.fields import Body, Email, Name
from services.intake.merging import check_kept
from services.intake.tables import GuardianCardRow, GuardianRow, PersonRow
from shared.access import Caller, CallerDep
from shared.contracts.intake import ProfileChanged
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.ids import new_id
from shared.outbox import emit
from shared.problems import Conflict, Forbidden, Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)

Phone = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\+?[0-9][0-9 ()/.-]{3,30}$")]
MOST = 10
"""Guardians of one child."""


class GuardianCard(Body):
    """The least that reaches a guardian who takes no part themself."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("say how the guardian is reached: an email or a phone")
        return self


class NewGuardian(Body):
    """Somebody known here by id (a person, or a guardian of another child), or with a card. Not verified yet."""

    guardian: UUID | None = None
    card: GuardianCard | None = None
    kind: GuardianKind

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.guardian is None) == (self.card is None):
            raise ValueError("name a guardian who is known here, or give a card of a new one")
        return self


class GuardianPut(Body):
    """What a guardian may do. `verified_how` says how staff know that this is the child's guardian."""

    kind: GuardianKind
    may_consent: bool
    may_be_told: bool
    no_contact: bool = False
    verified_how: VerifiedHow | None = None


class GuardianView(BaseModel):
    """A guardian, as those see one who act for the child. The card is that of a guardian without an own one."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    guardian: UUID
    kind: GuardianKind
    may_consent: bool
    may_be_told: bool
    no_contact: bool
    verified_how: VerifiedHow | None
    verified_on: date | None
    card: GuardianCard | None = None


class Guardians(BaseModel):
    """All guardians of a child."""

    items: Annotated[list[GuardianView], Field(max_length=MOST)]


async def _child(session: SessionDep, caller: Caller, person: UUID, *, lock: bool = False) -> PersonRow:
    """A child for whom the caller acts. The child themself, and guardians, are not shown each other's cards here."""
    holder = await person_for(session, caller, person, lock=lock)
    if caller.person == person or not await acts_for(session, caller, holder):
        raise Forbidden("Guardians are kept by staff of the site, and by who enrolled the child.")
    return holder


@router.post("/people/{person}/guardians", status_code=201)
async def add_guardian(
    person: UUID, body: NewGuardian, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> GuardianView:
    """Add a guardian, who may do nothing until staff verified them and said what they may do."""
    holder = await _child(session, caller, person, lock=True)
    check_guardian(Guardian(False, False, False, False), is_the_child=body.guardian == person)
    known = list(await session.scalars(select(GuardianRow.guardian).where(GuardianRow.person == person)))
    if len(known) >= MOST:
        raise Conflict(f"A child has at most {MOST} guardians here.")
    guardian = body.guardian or new_id()
    if guardian in known:
        raise Conflict("This guardian is added already; change what they may do instead.")
    if body.card:
        session.add(GuardianCardRow(guardian=guardian, site=holder.site, **body.card.model_dump()))
    elif not await _is_known(session, caller, guardian):
        raise Invalid.field("guardian", "is nobody whom you may see; give a card instead")
    row = GuardianRow(
        person=person, guardian=guardian, kind=body.kind, may_consent=False, may_be_told=False, no_contact=False,
        added_by=caller.subject, version=1,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return _view(row, await session.get(GuardianCardRow, guardian))


async def _is_known(session: SessionDep, caller: Caller, guardian: UUID) -> bool:
    """Whether the caller may know of this person, or of this guardian of another child."""
    person = await session.get(PersonRow, guardian)
    if person:
        await check_kept(session, guardian)
        return is_staff(caller, person.site) or enrolled(caller, person)
    card = await session.get(GuardianCardRow, guardian)
    return card is not None and is_staff(caller, card.site)


@router.get("/people/{person}/guardians")
async def list_guardians(person: UUID, session: SessionDep, caller: CallerDep) -> Guardians:
    """All guardians of a child, those with `no_contact` too: whoever acts for the child must know whom not to call."""
    await _child(session, caller, person)
    rows = list(
        await session.scalars(select(GuardianRow).where(GuardianRow.person == person).order_by(GuardianRow.guardian))
    )
    wanted = select(GuardianCardRow).where(GuardianCardRow.guardian.in_([row.guardian for row in rows]))
    cards = {card.guardian: card for card in await session.scalars(wanted)}
    return Guardians(items=[_view(row, cards.get(row.guardian)) for row in rows])


@router.put("/people/{person}/guardians/{guardian}")
async def put_guardian(
    person: UUID, guardian: UUID, body: GuardianPut, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> GuardianView:  # fmt: skip
    """Verify a guardian and say what they may do: staff of the site. Consents follow at once. If-Match is heeded."""
    holder = await _child(session, caller, person, lock=True)
    caller.require("coordinator", "administrator", site=holder.site)
    row = await session.get(GuardianRow, (person, guardian))
    if row is None:
        raise NotFound("There is no such guardian, or none that you may see.")
    if "if-match" in request.headers:
        require_match(request, row.version)
    told, heard = body.model_dump(exclude={"verified_how"}), consents.as_guardian(row).may_hear
    check_guardian(Guardian(False, body.may_consent, body.may_be_told, body.no_contact), is_the_child=False)
    check_verifier(verifies_themself=caller.person == guardian)
    if row.verified_how != body.verified_how:
        row.verified_how = body.verified_how
        row.verified_on = clock.today() if body.verified_how else None
        row.verified_by = caller.subject if body.verified_how else None
    for name, value in told.items():
        setattr(row, name, value)
    row.version += session.is_modified(row)
    await consents.settle(session, holder, clock.now())
    if _tells_screening(heard, consents.as_guardian(row)):
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
    response.headers["ETag"] = etag(row.version)
    return _view(row, await session.get(GuardianCardRow, guardian))


def _tells_screening(heard: bool, now: Guardian) -> bool:
    """Whether who may be told of the child has to be read anew; of who may agree, too, their agreeing says so."""
    return now.may_hear != heard and not (now.may_hear and now.may_consent)


def _view(row: GuardianRow, card: GuardianCardRow | None) -> GuardianView:
    view = GuardianView.model_validate(row)
    view.card = GuardianCard.model_construct(name=card.name, email=card.email, phone=card.phone) if card else None
    return view
