"""Declared ties (trap 17): who deals with no conduct case that concerns somebody close to them."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import or_, select

from services.screening import conduct
from services.screening.conduct_visibility import acting_person
from services.screening.domain.conduct import TieKind
from services.screening.tables import CaseRow, ConductCaseRow, TieRow
from services.screening.visibility import SCREENERS
from shared.access import Caller, CallerDep, within
from shared.contracts import Contradiction
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewTie(BaseModel):
    """Two people who are close: kin, one who is or has a superior (`line`), or otherwise."""

    model_config = ConfigDict(extra="forbid")

    person: UUID
    other: UUID
    kind: TieKind


class Tie(BaseModel):
    """A declared tie. It holds in both directions, so the two are kept in one order."""

    model_config = ConfigDict(from_attributes=True)

    tie: UUID
    person: UUID
    other: UUID
    kind: TieKind
    declared_by: str
    declared_at: datetime


@router.post("/ties", status_code=201)
async def declare(body: NewTie, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Tie:
    """Declare a tie; by staff who screen, about themselves or people at their places. Once declared, it is answered."""
    acting_person(caller)
    caller.require_anywhere(*SCREENERS)
    if body.person == body.other:
        raise Invalid.field("other", "is the same person")
    one, other = sorted((body.person, body.other))
    if not await _at_own_places(session, caller, one, other):
        raise Invalid.field("person", "name yourself or people who applied at your places")
    same = select(TieRow).where(TieRow.person == one, TieRow.other == other, TieRow.kind == body.kind)
    if (row := await session.scalar(same)) is None:
        row = TieRow(
            tie=new_id(), person=one, other=other, kind=body.kind, declared_by=caller.subject, declared_at=clock.now()
        )
        session.add(row)
        await session.flush()
        handled = select(ConductCaseRow).where(ConductCaseRow.handler.in_((one, other)), ConductCaseRow.state == "open")
        for case in await session.scalars(handled.order_by(ConductCaseRow.case).with_for_update()):
            await conduct.free_of_barred_handler(session, case, clock.now())
    return Tie.model_validate(row)


@router.get("/ties")
async def list_ties(
    session: SessionDep, caller: CallerDep, person: UUID, limit: PageSize = 50, cursor: Cursor = None
) -> Page[Tie]:
    """The ties of a person: one's own, and for staff who screen those of people at their places."""
    rows = select(TieRow).where(or_(TieRow.person == person, TieRow.other == person))
    if not await _at_own_places(session, caller, person):
        raise NotFound("There is nobody of this id at your places.")
    rows = rows.order_by(TieRow.tie).limit(limit + 1)
    if cursor:
        rows = rows.where(TieRow.tie > decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = [Tie.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].tie) if len(found) > limit else None)


@router.delete("/ties/{tie}", status_code=204)
async def end(tie: UUID, session: SessionDep, caller: CallerDep) -> None:
    """A tie is none any more; said by somebody whom it does not concern."""
    row = await session.get(TieRow, tie)
    screens = bool(caller.sites(*SCREENERS))
    if row is None or not screens or not await _at_own_places(session, caller, row.person, row.other):
        raise NotFound("There is no such tie, or none that you may see.")
    if caller.person in (row.person, row.other):
        raise Contradiction("Nobody ends a tie of their own; ask another screener.")
    await session.delete(row)


async def _at_own_places(session: SessionDep, caller: Caller, *people: UUID) -> bool:
    """Whether each is the caller, or somebody known at a place where the caller screens."""
    here = within(CaseRow.site, caller.sites(*SCREENERS))
    known = set(await session.scalars(select(CaseRow.person).where(CaseRow.person.in_(people), here)))
    return set(people) <= {*known, *([caller.person] if caller.person else [])}
