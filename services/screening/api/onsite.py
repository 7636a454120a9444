"""Duties of facilitators onsite: published by a place, agreed to before they begin, and reported on (R81)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from services.screening import onsite
from services.screening.api.briefings import PUBLISHERS, Acknowledgement, NewBriefing
from services.screening.domain.onsite import check_facilitates, check_in_force, check_reports
from services.screening.tables import CaseRow, OnsiteAgreementRow, OnsiteDutiesRow
from services.screening.visibility import near, own_case
from shared.access import CallerDep, within
from shared.contracts import RoleKind, SitePath
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewDuties(NewBriefing):
    """A new version, in every language in which it is to be read; and every how many days is reported on it."""

    report_days: Annotated[int, Field(ge=1, le=92)]


class DutiesShown(NewDuties):
    """The version of the duties that holds."""

    site: SitePath
    version: int


class OnsiteDuty(BaseModel):
    """A facilitator's part: what they agreed to, by when they report, and since when coordinators know of none."""

    model_config = ConfigDict(from_attributes=True)

    clearance: UUID
    person: UUID
    place: SitePath
    site: SitePath
    version: int
    agreed_at: datetime
    report_days: int
    due_on: date
    escalated_at: datetime | None


class DutyFilter(BaseModel):
    """Whose duties to list. `escalated`: only those of whom no report came in time."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    escalated: bool = False
    limit: PageSize = 50
    cursor: Cursor = None


@router.post("/places/{site}/onsite-duties", status_code=201)
async def publish_duties(
    site: SitePath, body: NewDuties, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> DutiesShown:
    """Publish a version of what is expected of facilitators; whoever agreed to an earlier one goes on by that."""
    if not caller.covers(*PUBLISHERS, site=site):
        raise _none()
    await hold(session, f"onsite-duties/{site}")
    before = await onsite.latest(session, site)
    said = {"site": site, "version": before[0].version + 1 if before else 1, "report_days": body.report_days}
    by = {"published_by": caller.subject, "published_at": clock.now()}
    rows = [OnsiteDutiesRow(**said, **by, **each.model_dump()) for each in body.texts]
    session.add_all(rows)
    return DutiesShown(**said, texts=body.texts)


@router.get("/places/{site}/onsite-duties")
async def duties(site: SitePath, session: SessionDep, caller: CallerDep) -> DutiesShown:
    """The duties that hold at a place, for its staff and facilitators."""
    found = await onsite.holding(session, site) if caller.covers(*PUBLISHERS, "facilitator", site=site) else ()
    if not found:
        raise _none()
    texts = [{"language": row.language, "text": row.text} for row in found]
    first = found[0]
    told = {"site": first.site, "version": first.version, "report_days": first.report_days, "texts": texts}
    return DutiesShown.model_validate(told)


@router.post("/cases/{clearance}/onsite-duties/agreement", status_code=201)
async def agree_to_duties(
    clearance: UUID, body: Acknowledgement, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> OnsiteDuty:
    """A facilitator agrees to the duties that hold at their site. The same again changes nothing."""
    case = await own_case(session, caller, clearance)
    check_facilitates(RoleKind(case.kind))
    row = await session.get(OnsiteAgreementRow, clearance)
    if row is None or (row.site, row.version) != (body.site, body.version):
        found = {each.language: each for each in await onsite.holding(session, case.site)}
        first = next(iter(found.values()), None)
        check_in_force((first.site, first.version) if first else None, (body.site, body.version))
        if body.language not in found:
            raise Invalid.field("language", "is no language of these duties")
        row = await onsite.agree(session, case, found[body.language], clock.now())
    return _duty(row, case.person)


@router.post("/cases/{clearance}/onsite-duties/reports", status_code=201)
async def report(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OnsiteDuty:
    """A facilitator reports that they did what they agreed to; nothing of what they saw is asked (R5)."""
    case = await own_case(session, caller, clearance)
    check_facilitates(RoleKind(case.kind))
    row = await session.get(OnsiteAgreementRow, clearance)
    check_reports(case.state, row is not None)
    if row is None:
        raise _none()
    await onsite.report(session, row, clock.now())
    return _duty(row, case.person)


@router.get("/onsite-duties")
async def list_duties(
    session: SessionDep, caller: CallerDep, wanted: Annotated[DutyFilter, Query()]
) -> Page[OnsiteDuty]:
    """The duties of cleared facilitators at the caller's places; those that were passed on to the coordinators."""
    rows = select(OnsiteAgreementRow, CaseRow.person).join(CaseRow, CaseRow.clearance == OnsiteAgreementRow.clearance)
    rows = rows.where(CaseRow.state == "cleared", within(OnsiteAgreementRow.place, caller.sites(*PUBLISHERS)))
    if people := await near(session, caller):
        rows = rows.where(CaseRow.person.not_in(people))
    if wanted.site:
        rows = rows.where(within(OnsiteAgreementRow.place, [wanted.site]))
    if wanted.escalated:
        rows = rows.where(OnsiteAgreementRow.escalated_at.is_not(None))
    if wanted.cursor:
        rows = rows.where(OnsiteAgreementRow.clearance > decode_cursor(wanted.cursor, UUID)[0])
    found = (await session.execute(rows.order_by(OnsiteAgreementRow.clearance).limit(wanted.limit + 1))).all()
    items = [_duty(row, person) for row, person in found[: wanted.limit]]
    return Page(items=items, next=encode_cursor(items[-1].clearance) if len(found) > wanted.limit else None)


def _duty(row: OnsiteAgreementRow, person: UUID) -> OnsiteDuty:
    told = {name: getattr(row, name) for name in OnsiteDuty.model_fields if name != "person"}
    return OnsiteDuty(**told, person=person)


def _none() -> NotFound:
    return NotFound("There are no such duties, or none that you may see.")
