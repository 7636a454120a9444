"""How the rules come to people (R56): each is given the words and signs them; staff see who did not."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from services.intake import queries
from services.intake.api.people import may_have_contact, person_for
from services.intake.api.seen import STAFF, existing, found
from services.intake.api.translations import TextView
from services.intake.domain.applications import DRAFT
from services.intake.fields import Body, Language, Version
from services.intake.tables import (
    ApplicationRow,
    DeliveryRow,
    DocumentRow,
    DocumentVersionRow,
    OfferingRow,
    PersonRow,
    SignatureRow,
    TranslationRow,
)
from shared.access import Caller, CallerDep, within
from shared.contracts import SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class Wanted(Body):
    """In which language; else that of the person's card, else the one in which the version was written."""

    language: Language | None = None


class Given(TextView):
    """The words of the version in force, and when they were given to the person for the first time."""

    document: Slug
    version: str
    given_at: datetime


class Delivery(BaseModel):
    """Whether somebody was given a version's words, and whether they or their paper agree to it."""

    person: UUID
    site: SitePath
    given_at: datetime | None
    given_by: str | None
    signed_at: datetime | None


class DeliveryFilter(BaseModel):
    """Whom to list. `unsigned`: only those who have not agreed to this version."""

    model_config = ConfigDict(extra="forbid")

    site: SitePath | None = None
    unsigned: bool = False
    limit: PageSize = 50
    cursor: Cursor = None


@router.post("/people/{person}/agreements/{document}/delivery")
async def deliver(
    person: UUID, document: Slug, body: Wanted, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Given:
    """Give a person the words that they have to sign: they open them, or somebody who acts for them reads them out."""
    holder = await person_for(session, caller, person, lock=True)
    version = await _in_force(session, caller, document)
    words = await _words(session, version, body.language, holder.language)
    key = {"person": person, "document": document, "version": version.version}
    given = {**key, "language": words.language, "given_by": caller.subject, "given_at": clock.now()}
    await session.execute(insert(DeliveryRow).values(**given).on_conflict_do_nothing())
    row = await session.get_one(DeliveryRow, tuple(key.values()))
    shown = found(TextView, words, "text").model_dump()
    return Given(**shown, document=document, version=version.version, given_at=row.given_at)


@router.get("/documents/{document}/versions/{version}/deliveries")
async def deliveries(
    document: Slug, version: Version, session: SessionDep, caller: CallerDep,
    wanted: Annotated[DeliveryFilter, Query()],
) -> Page[Delivery]:  # fmt: skip
    """Those at the caller's places who applied where this document has to be signed: who was given it, who signed."""
    of = {"document": document, "version": version}
    signed = select(func.min(SignatureRow.recorded_at)).filter_by(**of).where(SignatureRow.person == PersonRow.person)
    signed_at = signed.correlate(PersonRow).scalar_subquery()
    given = (DeliveryRow.person == PersonRow.person) & (DeliveryRow.document == document)
    rows = (
        select(PersonRow.person, PersonRow.site, DeliveryRow.given_at, DeliveryRow.given_by, signed_at)
        .outerjoin(DeliveryRow, given & (DeliveryRow.version == version))
        .where(within(PersonRow.site, caller.sites(*STAFF)), may_have_contact(caller, PersonRow.person))
        .where(_concerned(document))
    )
    if wanted.site:
        rows = rows.where(within(PersonRow.site, [wanted.site]))
    if wanted.unsigned:
        rows = rows.where(signed_at.is_(None))
    if wanted.cursor:
        rows = rows.where(PersonRow.person > decode_cursor(wanted.cursor, UUID)[0])
    answer = (await session.execute(rows.order_by(PersonRow.person).limit(wanted.limit + 1))).all()
    items = [
        Delivery(person=who, site=site, given_at=at, given_by=by, signed_at=agreed)
        for who, site, at, by, agreed in answer[: wanted.limit]
    ]
    return Page(items=items, next=encode_cursor(items[-1].person) if len(answer) > wanted.limit else None)


def _concerned(document: str) -> ColumnElement[bool]:
    """Whoever applied, in whatever state but a draft, to an offering that asks for the document."""
    asks = select(OfferingRow.offering).where(OfferingRow.document == document)
    return exists().where(
        ApplicationRow.person == PersonRow.person, ApplicationRow.offering.in_(asks), ApplicationRow.state != DRAFT
    )


async def _in_force(session: SessionDep, caller: Caller, document: str) -> DocumentVersionRow:
    known = select(DocumentRow.document).where(DocumentRow.document == document)
    if await session.scalar(known.where(queries.visible(DocumentRow.site, caller))) is None:
        raise NotFound("There is no such document, or none that you may see.")
    return existing("document", await queries.version_in_force(session, document))


async def _words(
    session: SessionDep, version: DocumentVersionRow, wanted: str | None, spoken: str
) -> DocumentVersionRow | TranslationRow:
    """Raises NotFound where the wanted language is not published."""
    if version.language in (wanted, None if wanted else spoken):
        return version
    named = (version.document, version.version, wanted or spoken)
    translation = await session.get(TranslationRow, named)
    if translation is None and wanted:
        raise NotFound("This version is not published in this language.")
    return translation or version
