"""Briefings about a site's culture: its staff publish them, and applicants acknowledge them (R17)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import func, select

from services.screening.domain import texts
from services.screening.domain.briefings import CHECK, check_in_force, line_of, nearest
from services.screening.fields import Body, Language
from services.screening.recording import BY_RULE, Finding, record_one
from services.screening.steps import open_step
from services.screening.tables import AcknowledgementRow, BriefingRow
from services.screening.visibility import SCREENERS, case_for, own_case
from shared.access import CallerDep, Role
from shared.contracts import SitePath
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)

PUBLISHERS: tuple[Role, ...] = (*SCREENERS, "coordinator")

BriefingText = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(texts.paragraphs)]


class BriefingIn(Body):
    """The briefing in one language."""

    language: Language
    text: BriefingText


class NewBriefing(Body):
    """A new version, in every language in which it is to be read."""

    texts: Annotated[list[BriefingIn], Field(min_length=1, max_length=12)]

    @model_validator(mode="after")
    def _one_of_each_language(self) -> Self:
        if len({each.language for each in self.texts}) < len(self.texts):
            raise ValueError("texts name a language twice; send one text of each language")
        return self


class BriefingShown(BaseModel):
    """The version of a briefing that holds, in its languages."""

    site: SitePath
    version: int
    texts: list[BriefingIn]


class CaseBriefing(BriefingShown):
    """The briefing that holds for a case, and which version its person acknowledged."""

    acknowledged: int | None
    acknowledged_at: datetime | None


class Acknowledgement(Body):
    """Which briefing was read, and in which language."""

    site: SitePath
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    language: Language


class Acknowledged(Acknowledgement):
    """That it was read."""

    acknowledged_at: datetime


@router.post("/places/{site}/briefing", status_code=201)
async def publish(
    site: SitePath, body: NewBriefing, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> BriefingShown:
    """Publish a version; the same texts as those that hold change nothing. Those who acknowledged stay as they are."""
    if not caller.covers(*PUBLISHERS, site=site):
        raise _none()
    await hold(session, f"briefing/{site}")
    before = await _latest(session, site)
    if before and {each.language: each.text for each in before.texts} == {e.language: e.text for e in body.texts}:
        return before
    version = before.version + 1 if before else 1
    said = {"site": site, "version": version, "published_by": caller.subject, "published_at": clock.now()}
    session.add_all(BriefingRow(**said, **each.model_dump()) for each in body.texts)
    return BriefingShown(site=site, version=version, texts=sorted(body.texts, key=lambda each: each.language))


@router.get("/places/{site}/briefing")
async def briefing(site: SitePath, session: SessionDep, caller: CallerDep) -> BriefingShown:
    """The briefing that this place published last, for its staff."""
    found = await _latest(session, site) if caller.covers(*PUBLISHERS, site=site) else None
    if found is None:
        raise _none()
    return found


@router.get("/cases/{clearance}/briefing")
async def briefing_of_case(clearance: UUID, session: SessionDep, caller: CallerDep) -> CaseBriefing:
    """The briefing that holds for a case: the site's, or that of the nearest place above it."""
    case = await case_for(session, caller, clearance)
    found = await _holding(session, case.site)
    if found is None:
        raise NotFound("There is no briefing for this site yet; its staff publish one.")
    known = await session.get(AcknowledgementRow, clearance)
    return CaseBriefing(
        **found.model_dump(),
        acknowledged=known.version if known else None,
        acknowledged_at=known.acknowledged_at if known else None,
    )


@router.post("/cases/{clearance}/briefing/acknowledgement", status_code=201)
async def acknowledge(
    clearance: UUID, body: Acknowledgement, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Acknowledged:
    """The person read the briefing; that passes the check. The same again changes nothing."""
    case = await own_case(session, caller, clearance)
    said = body.model_dump()
    row = await session.get(AcknowledgementRow, clearance)
    if row is None or {name: getattr(row, name) for name in said} != said:
        await open_step(session, case, CHECK)
        found = await _holding(session, case.site)
        check_in_force((found.site, found.version) if found else None, (body.site, body.version))
        if found and body.language not in {each.language for each in found.texts}:
            raise Invalid.field("language", "is no language of this briefing")
        row = await session.merge(AcknowledgementRow(**said, clearance=clearance, acknowledged_at=clock.now()))
        finding = Finding(CHECK, "passed", reference=f"briefing version {body.version} in {body.language}")
        await record_one(session, case, finding, BY_RULE, clock.now())
    return Acknowledged(**said, acknowledged_at=row.acknowledged_at)


async def _holding(session: SessionDep, site: str) -> BriefingShown | None:
    published = await session.scalars(select(BriefingRow.site).where(BriefingRow.site.in_(line_of(site))).distinct())
    place = nearest(site, published)
    return await _latest(session, place) if place else None


async def _latest(session: SessionDep, site: str) -> BriefingShown | None:
    newest = select(func.max(BriefingRow.version)).where(BriefingRow.site == site).scalar_subquery()
    rows = select(BriefingRow).where(BriefingRow.site == site, BriefingRow.version == newest)
    found = (await session.scalars(rows.order_by(BriefingRow.language))).all()
    if not found:
        return None
    listed = [BriefingIn(language=row.language, text=row.text) for row in found]
    return BriefingShown(site=site, version=found[0].version, texts=listed)


def _none() -> NotFound:
    return NotFound("There is no such briefing, or none that you may see.")
