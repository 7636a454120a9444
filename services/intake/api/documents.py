"""Conduct documents: versions are published once and never changed (R69)."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import BigInteger, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.intake import queries
from services.intake.api.seen import Changed, existing, found
from services.intake.domain import texts
from services.intake.domain.places import check_same
from services.intake.fields import Body, DocumentText, Language, Version
from services.intake.tables import DocumentRow, DocumentVersionRow, PlaceRow
from shared.access import CallerDep
from shared.contracts import Contradiction, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class VersionBody(Body):
    """A version's text, kept to the letter. The administrator at `site` publishes it."""

    site: SitePath
    language: Language
    text: DocumentText


class VersionChanged(Changed):
    """What was published, with the hash that signatures name."""

    document: Slug
    version: str
    sha256: str


class VersionView(BaseModel):
    """A version of a conduct document; the highest `number` is in force."""

    document: Slug
    version: str
    number: int
    site: SitePath
    language: str
    text: str
    sha256: str


@router.put("/documents/{document}/versions/{version}")
async def publish(
    document: Slug, version: Version, body: VersionBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> VersionChanged:
    """Publish a version. The same again changes nothing; another text is a contradiction."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    await session.execute(insert(DocumentRow).values(document=document, site=body.site).on_conflict_do_nothing())
    # The row's lock holds two publishers apart until the commit.
    held = await session.get_one(DocumentRow, document, with_for_update=True)
    check_same(f"The document {document}", "site", held.site, body.site)
    sha256 = hashlib.sha256(body.text.encode()).hexdigest()
    changed = await _publish(session, document, version, {"language": body.language, "text": body.text}, sha256, clock)
    return VersionChanged(changed=changed, document=document, version=version, sha256=sha256)


async def _publish(
    session: SessionDep, document: str, version: str, words: dict[str, str], sha256: str, clock: ClockDep
) -> bool:
    if stored := await session.get(DocumentVersionRow, (document, version)):
        if (stored.sha256, stored.language) != (sha256, words["language"]):
            raise Contradiction(f"Version {version} of {document} is published and stays as it is; publish a new one.")
        return False
    before = await queries.version_in_force(session, document)
    number = before.number + 1 if before else 1
    session.add(
        DocumentVersionRow(
            document=document, version=version, number=number, **words, sha256=sha256, published_at=clock.now()
        )
    )
    return True


@router.get("/documents")
async def list_documents(
    session: SessionDep,
    caller: CallerDep,
    document: Annotated[Slug | None, Query()] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> Page[VersionView]:
    """All versions that the caller may know, by document in the order of publication; the last is in force."""
    columns = DocumentVersionRow.__table__.columns
    rows = select(*columns, DocumentRow.site).join(DocumentRow).where(queries.visible(DocumentRow.site, caller))
    if document:
        rows = rows.where(DocumentVersionRow.document == document)
    key = tuple_(DocumentVersionRow.document, DocumentVersionRow.number)
    if cursor:
        name, number = decode_cursor(cursor, texts.exact, int)
        rows = rows.where(key > tuple_(name, literal(number, BigInteger)))
    items = list(await session.execute(rows.order_by(*key.clauses).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].document, items[limit - 1].number) if len(items) > limit else None
    return Page(items=[found(VersionView, row, "document") for row in items[:limit]], next=after)
