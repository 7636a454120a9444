"""Clearances that people bring along, so that nobody is asked again for what stands (R35)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select

from services.intake.api.people import person_for
from services.intake.api.seen import STAFF, Changed
from services.intake.fields import Body, Line
from services.intake.tables import HeldClearanceRow, PersonRow
from shared.access import Caller, CallerDep
from shared.contracts import Slug
from shared.contracts.intake import ProfileChanged
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.problems import Forbidden

router = APIRouter(route_class=TransactionRoute)


class Held(Body):
    """Who issued it, its number, its last day. `own`: this organisation asked for it."""

    authority: Line
    number: Annotated[Line, Field(max_length=100)]
    valid_until: date
    own: bool = False


class HeldView(Held):
    """A clearance that a person brings along, by the check that it stands for."""

    check: Slug


class HeldPut(HeldView, Changed):
    """The same after a PUT."""


@router.get("/people/{person}/clearances")
async def held(person: UUID, session: SessionDep, caller: CallerDep) -> list[HeldView]:
    """What a person brings along, for themself, whoever enrolled them and staff of their site."""
    await person_for(session, caller, person)
    rows = select(HeldClearanceRow).where(HeldClearanceRow.person == person).order_by(HeldClearanceRow.check_name)
    return [
        HeldView(
            check=row.check_name, authority=row.authority, number=row.number, valid_until=row.valid_until, own=row.own
        )
        for row in await session.scalars(rows)
    ]


@router.put("/people/{person}/clearances/{check}")
async def put_held(
    person: UUID, check: Slug, body: Held, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> HeldPut:
    """Record a clearance whose paper or register entry staff have seen. `check` is named as the law packs name it."""
    holder = await _holder(session, caller, person)
    row = await session.get(HeldClearanceRow, (person, check))
    told = body.model_dump()
    changed = row is None or any(getattr(row, name) != value for name, value in told.items())
    if row is None:
        row = HeldClearanceRow(person=person, check_name=check)
        session.add(row)
    if changed:
        for name, value in told.items():
            setattr(row, name, value)
        row.recorded_by, row.recorded_at = caller.subject, clock.now()
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
    return HeldPut(changed=changed, check=check, **told)


@router.delete("/people/{person}/clearances/{check}", status_code=204)
async def forget_held(person: UUID, check: Slug, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Response:
    """Take back what was recorded by mistake; what is not there needs no taking back."""
    holder = await _holder(session, caller, person)
    row = await session.get(HeldClearanceRow, (person, check))
    if row:
        await session.delete(row)
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
    return Response(status_code=204)


async def _holder(session: SessionDep, caller: Caller, person: UUID) -> PersonRow:
    """Whose clearances staff record, held until the commit. Raises NotFound or Forbidden."""
    holder = await person_for(session, caller, person, lock=True)
    caller.require(*STAFF, site=holder.site)
    if caller.person == person:
        raise Forbidden("Nobody records what they hold themselves; show it to another member of the staff.")
    return holder
