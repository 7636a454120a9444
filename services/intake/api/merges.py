"""Two records of one person: found by staff who may see both, and merged by them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import and_, exists, func, or_, select

from services.intake import merging, queries
from services.intake.api.people import is_kept_away, is_staff, person_for
from services.intake.fields import Body
from services.intake.tables import MergeRow, ParticularsRow, PersonRow
from shared.access import CallerDep, Role, within
from shared.contracts import SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Conflict, Forbidden, NotFound

router = APIRouter(route_class=TransactionRoute)

KEEPERS: tuple[Role, ...] = ("coordinator", "administrator")
MOST = 20
"""Candidates that are looked at; whoever has more of them is looked at anew after the first merges."""

Why = Literal["address", "name-and-birth-date"]


class Candidate(BaseModel):
    """A record that may be the same person's, and what both have in common."""

    person: UUID
    site: SitePath
    why: Why


class Candidates(BaseModel):
    """Those that the caller may see."""

    items: list[Candidate]


class Merge(Body):
    """Which record is kept."""

    into: UUID


class Merged(BaseModel):
    """A record that was given up, and the one that is kept."""

    given_up: UUID
    person: UUID
    merged_at: datetime


@router.get("/people/{person}/candidates")
async def candidates(person: UUID, session: SessionDep, caller: CallerDep) -> Candidates:
    """Records that may be the same person's: the same address, or the same name and date of birth in the network.

    For staff, and only those records that they look after, too: nobody learns who is registered elsewhere.
    """
    row = await person_for(session, caller, person)
    if caller.person == person or not is_staff(caller, row.site):
        raise Forbidden("The staff of the site look for records of the same person.")
    address = or_(PersonRow.duplicate_of == person, PersonRow.person == row.duplicate_of)
    own = select(ParticularsRow.born_on).where(ParticularsRow.person == person).scalar_subquery()
    same = and_(func.lower(func.coalesce(PersonRow.full_name, PersonRow.name_to_use)) == _name(row))
    named = and_(PersonRow.network == row.network, ParticularsRow.born_on == own, same)
    given_up = exists().where(MergeRow.given_up == PersonRow.person)
    rows = (
        select(PersonRow, address.label("address"))
        .outerjoin(ParticularsRow, ParticularsRow.person == PersonRow.person)
        .where(
            PersonRow.person != person, or_(address, named), ~given_up, within(PersonRow.site, caller.sites(*KEEPERS))
        )
        .order_by(PersonRow.person)
        .limit(MOST)
    )
    return Candidates(
        items=[
            Candidate(person=other.person, site=other.site, why="address" if by_address else "name-and-birth-date")
            for other, by_address in (await session.execute(rows)).all()
            if other.person != caller.person and not await is_kept_away(session, caller, other.person)
        ]
    )


def _name(row: PersonRow) -> str:
    return (row.full_name or row.name_to_use).lower()


@router.post("/people/{person}/merge")
async def merge(person: UUID, body: Merge, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Merged:
    """Give a record up for another one of the same person; staff of both sites do it, and it is not taken back.

    What contradicts is refused with what to settle before. Nothing that other services know decides on it, so the
    answer tells nothing of pairs, checks or conduct cases; these follow the person.
    """
    people = await queries.people_by_id(session, {person, body.into})
    for one in (person, body.into):
        row = people.get(one)
        if row is None or not is_staff(caller, row.site) or await is_kept_away(session, caller, one):
            raise NotFound("There is no such person, or none that you may see.")
    if caller.person in people:
        raise Forbidden("Nobody merges their own records; ask another coordinator.")
    known = await merging.kept_of(session, people)
    if person in known:
        raise Conflict("This record was given up already; merge the one that was kept.")
    if body.into in known:
        raise Conflict("The record to keep was given up itself; name the one that was kept.")
    await merging.merge(session, people[body.into], people[person], caller.subject, clock.now())
    return Merged(given_up=person, person=body.into, merged_at=clock.now())
