"""Particulars of people: the date of birth and where they live, by which the law of their places is found."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.intake import coming_of_age, consents
from services.intake.api.people import is_staff, person_for
from services.intake.api.seen import Changed
from services.intake.domain import particulars as rules
from services.intake.fields import Body, LawPlace
from services.intake.tables import ParticularsRow
from shared.access import CallerDep
from shared.contracts.intake import ProfileChanged
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.outbox import emit
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class Particulars(Body):
    """All of it; what is left out is not known. `lives_in` is ISO 3166 (`KE`, `GB-SCT`).

    `lives_since`: the person signed that they have lived there since that day.
    """

    born_on: date | None = None
    lives_in: LawPlace | None = None
    lives_since: date | None = None


class ParticularsView(Particulars, Changed):
    """Particulars after a PUT."""

    person: UUID


@router.get("/people/{person}/particulars")
async def get_particulars(person: UUID, session: SessionDep, caller: CallerDep, response: Response) -> Particulars:
    """A person's particulars, for themself, whoever enrolled them and staff of their site."""
    await person_for(session, caller, person)
    row = await session.get(ParticularsRow, person)
    if row is None:
        raise NotFound("This person has no particulars yet.")
    response.headers["ETag"] = etag(row.version)
    return Particulars.model_validate(row, from_attributes=True)


@router.put("/people/{person}/particulars")
async def put_particulars(
    person: UUID, body: Particulars, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> ParticularsView:  # fmt: skip
    """Set a person's particulars. Their date of birth is theirs to tell once; staff correct it, not their own."""
    holder = await person_for(session, caller, person, lock=True)
    for field, reason in rules.faults(body.born_on, body.lives_since, clock.today()).items():
        raise Invalid.field(field, reason)
    row = await session.get(ParticularsRow, person)
    if "if-match" in request.headers:
        require_match(request, row.version if row else 0)
    told = body.model_dump()
    if row is None:
        row = ParticularsRow(person=person, version=0)
        session.add(row)
    by_staff = caller.person != person and is_staff(caller, holder.site)
    rules.check_correction(row.born_on, body.born_on, by_staff=by_staff)
    before = row.born_on
    changed = row.version == 0 or any(getattr(row, name) != value for name, value in told.items())
    if changed:
        for name, value in told.items():
            setattr(row, name, value)
        row.version += 1
        await emit(session, ProfileChanged(person=person, site=holder.site), at=clock.now())
        await coming_of_age.expect(session, holder, before, body.born_on, clock.now())
        await consents.settle(session, holder, clock.now())
    response.headers["ETag"] = etag(row.version)
    return ParticularsView(changed=changed, person=person, **told)
