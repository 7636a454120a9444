"""Constraints: what is and is not possible for a person (R19). Partners never read them; services act by them."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake import constraints
from services.intake.api.seen import Changed
from services.intake.consents import as_guardian
from services.intake.guardianship import part_of
from services.intake.tables import ConstraintsRow, PersonRow
from services.intake.traits import Limits
from shared.access import Caller, CallerDep
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class ConstraintsView(Limits):
    """A person's constraints, with the name to use: it stands on their card, and is changed there."""

    person: UUID
    name_to_use: str


class ConstraintsPut(ConstraintsView, Changed):
    """The same after a PUT."""


async def _holder(session: SessionDep, caller: Caller, person: UUID, now: datetime, *, lock: bool = False) -> PersonRow:
    """Whose constraints the caller may set: their own, of whom they enrolled or look after, of a child they agree for.

    Raises NotFound.
    """
    part = await part_of(session, caller, person, now, lock=lock)
    if part.is_themself or part.acts_for or (part.guardian and as_guardian(part.guardian).may_give):
        return part.holder
    raise NotFound("There is no such person, or none that you may see.")


@router.get("/people/{person}/constraints")
async def get_constraints(
    person: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep, response: Response
) -> ConstraintsView:
    """A person's constraints; where nothing was said, everything goes."""
    holder = await _holder(session, caller, person, clock.now())
    return _view(holder, await session.get(ConstraintsRow, person), response)


@router.put("/people/{person}/constraints")
async def put_constraints(
    person: UUID, body: Limits, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> ConstraintsPut:  # fmt: skip
    """Set all constraints of a person. If-Match is required: several people may, and none must undo another's."""
    holder = await _holder(session, caller, person, clock.now(), lock=True)
    stored = await session.get(ConstraintsRow, person)
    require_match(request, stored.version if stored else 0)
    row, changed = await constraints.set_constraints(session, holder, body.model_dump(), caller.subject, clock.now())
    return ConstraintsPut(changed=changed, **dict(_view(holder, row, response)))


def _view(holder: PersonRow, row: ConstraintsRow | None, response: Response) -> ConstraintsView:
    response.headers["ETag"] = etag(row.version if row else 0)
    values = {name: getattr(row, name) for name in constraints.CONSTRAINTS} if row else constraints.NONE
    return ConstraintsView.model_construct(person=holder.person, name_to_use=holder.name_to_use, **values)
