"""Admissions: what staff of the site know of a mentee, so that they can be admitted; nobody is checked for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.api.people import is_kept_away
from services.intake.api.seen import STAFF, Changed
from services.intake.fields import Body, Prose, Slugs
from services.intake.merging import check_kept
from services.intake.tables import AdmissionRow, PersonRow
from shared.access import Caller, CallerDep
from shared.contracts import Slug
from shared.http import SessionDep, TransactionRoute, etag, require_match
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class Admission(Body):
    """Answers to the programme's questions by name, needs by code, and what keeps the mentee safe. No diagnoses."""

    eligibility: Annotated[dict[Slug, bool], Field(max_length=30)] = {}
    needs: Slugs = []
    safety_plan: Prose | None = None


class AdmissionView(Admission):
    """An admission."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    person: UUID


class AdmissionPut(AdmissionView, Changed):
    """An admission after a PUT."""


@router.get("/people/{person}/admission")
async def get_admission(person: UUID, session: SessionDep, caller: CallerDep, response: Response) -> AdmissionView:
    """A mentee's admission, for staff of their site alone: not for the mentee, who enrolled them, or guardians."""
    await _mentee(session, caller, person)
    row = await session.get(AdmissionRow, person)
    if row is None:
        raise NotFound("Nothing is written here yet.")
    response.headers["ETag"] = etag(row.version)
    return AdmissionView.model_validate(row)


@router.put("/people/{person}/admission")
async def put_admission(
    person: UUID, body: Admission, request: Request, response: Response, session: SessionDep, caller: CallerDep
) -> AdmissionPut:
    """Set all of a mentee's admission. If-Match is heeded where it is sent."""
    await _mentee(session, caller, person, lock=True)
    row = await session.get(AdmissionRow, person)
    if "if-match" in request.headers:
        require_match(request, row.version if row else 0)
    told = body.model_dump()
    changed = row is None or any(getattr(row, name) != value for name, value in told.items())
    if row is None:
        row = AdmissionRow(person=person, version=0)
        session.add(row)
    for name, value in told.items():
        setattr(row, name, value)
    row.version += changed
    response.headers["ETag"] = etag(row.version)
    return AdmissionPut(changed=changed, person=person, **told)


async def _mentee(session: AsyncSession, caller: Caller, person: UUID, *, lock: bool = False) -> PersonRow:
    row = await session.get(PersonRow, person, with_for_update={"key_share": True} if lock else None)
    may_see = row is not None and caller.person != person and caller.covers(*STAFF, site=row.site)
    if row is None or not may_see or await is_kept_away(session, caller, person):
        raise NotFound("There is no such person, or none that you may see.")
    await check_kept(session, person)
    return row
