"""Prior relationships: a person says that they know somebody, and learns nothing by saying so (R1)."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import func, select

from services.intake import relationships
from services.intake.api.people import enrolled, is_kept_away, is_staff, person_for
from services.intake.api.seen import standing
from services.intake.domain import relationships as rules
from services.intake.domain.texts import email_key
from services.intake.fields import Body, Email
from services.intake.tables import PersonRow, RelationshipRow
from shared.access import Caller, CallerDep
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Forbidden, Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class Claim(Body):
    """In which part the person knows the other one, who is named by id or by e-mail."""

    part: rules.Part
    other: UUID | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.other is None) == (self.email is None):
            raise ValueError("name the other one by id or by e-mail, and not by both")
        return self


class Vouching(Body):
    """Who the other one is, as staff know them."""

    other: UUID


class RelationshipView(BaseModel):
    """A claim. `other` is shown where it counts, to the two and their staff; a claim alone names nobody."""

    relationship: UUID
    person: UUID
    part: rules.Part
    state: rules.State
    other: UUID | None


class Relationships(BaseModel):
    """A person's claims, the oldest first."""

    items: Annotated[list[RelationshipView], Field(max_length=100)]


@router.post("/people/{person}/relationships", status_code=201)
async def claim(
    person: UUID, body: Claim, response: Response, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> RelationshipView:
    """Say that one knows somebody; for the person, and for whoever enrolled them. The same again is answered with 200.

    The answer is the same whether or not there is such a person. It counts when the other one says the same.
    """
    holder = await _claimant(session, caller, person)
    await standing(session, holder.network, lock=True)
    named = {"other": body.other, "other_email": email_key(body.email) if body.email else None}
    mine = RelationshipRow.person == person, relationships.OPEN
    for row in await session.scalars(select(RelationshipRow).where(*mine, RelationshipRow.part == body.part)):
        if (row.other, row.other_email) == (named["other"], named["other_email"]):
            response.status_code = 200
            return _view(row)
    open_claims = await session.scalar(select(func.count()).select_from(RelationshipRow).where(*mine)) or 0
    is_own = body.other == person or (named["other_email"] is not None and named["other_email"] == holder.email_key)
    rules.check_claim(open_claims, names_themself=is_own)
    row = RelationshipRow(
        relationship=new_id(), person=person, part=body.part, claimed_by=caller.subject, claimed_at=clock.now(), **named
    )
    session.add(row)
    await session.flush()
    await relationships.meet(session, row, holder, clock.now())
    return _view(row)


async def _claimant(session: SessionDep, caller: Caller, person: UUID) -> PersonRow:
    """Whose word it is. Staff vouch instead. Raises NotFound or Forbidden."""
    holder = await person_for(session, caller, person)
    if caller.person != person and not enrolled(caller, holder):
        raise Forbidden(
            "This is for the person themself, or for whoever enrolled them; staff vouch for what they know."
        )
    return holder


@router.get("/people/{person}/relationships")
async def list_relationships(person: UUID, session: SessionDep, caller: CallerDep) -> Relationships:
    """A person's own claims, for themself, whoever enrolled them and staff; who names them is not here."""
    await person_for(session, caller, person)
    rows = select(RelationshipRow).where(RelationshipRow.person == person).order_by(RelationshipRow.relationship.desc())
    return Relationships(items=[_view(row) for row in reversed(list(await session.scalars(rows.limit(100))))])


@router.post("/people/{person}/relationships/{relationship}/withdrawal")
async def withdraw(
    person: UUID, relationship: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> RelationshipView:
    """Take a claim back: the person, whoever enrolled them, staff. What was taken back stays so."""
    row = await _locked(session, caller, person, relationship)
    await relationships.withdraw(session, row, clock.now())
    return _view(row)


@router.post("/people/{person}/relationships/{relationship}/vouching")
async def vouch(
    person: UUID, relationship: UUID, body: Vouching, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> RelationshipView:
    """Vouch for two people: staff of both sites, and never one of the two."""
    row = await _locked(session, caller, person, relationship)
    holder = await session.get_one(PersonRow, person)
    caller.require("coordinator", "administrator", site=holder.site)
    other = await session.get(PersonRow, body.other)
    if other is None or not is_staff(caller, other.site) or await is_kept_away(session, caller, other.person):
        raise Invalid.field("other", "is nobody whom you may see")
    named = row.other
    if row.other_email and other.email_key and row.other_email != other.email_key:
        named = row.person  # the address is somebody else's
    rules.check_vouching(caller.person, person, other.person, named, relationships.state_of(row))
    if row.vouched_at is None:
        row.other, row.other_email = other.person, None
        row.vouched_by, row.vouched_at = caller.subject, clock.now()
        await relationships.tell(session, (person, other.person), clock.now())
    return _view(row)


async def _locked(session: SessionDep, caller: Caller, person: UUID, relationship: UUID) -> RelationshipRow:
    """A claim of a person whom the caller may see, and nobody else's turn. Raises NotFound."""
    holder = await person_for(session, caller, person)
    await standing(session, holder.network, lock=True)
    row = await session.get(RelationshipRow, relationship, with_for_update=True)
    if row is None or row.person != person:
        raise NotFound("There is no such relationship, or none that you may see.")
    return row


def _view(row: RelationshipRow) -> RelationshipView:
    found = relationships.state_of(row)
    shown = row.other if rules.stands(found) else None
    return RelationshipView(relationship=row.relationship, person=row.person, part=row.part, state=found, other=shown)
