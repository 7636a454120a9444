"""The same version of a document in other languages: the same clauses, each text with a hash of its own (R55, R69)."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from services.intake import queries
from services.intake.api.documents import ClauseBody, VersionChanged, Wording
from services.intake.api.seen import found
from services.intake.domain.clauses import Clause, check_translates
from services.intake.fields import Language, Version
from services.intake.tables import DocumentRow, DocumentVersionRow, TranslationRow
from shared.access import Caller, CallerDep
from shared.contracts import Contradiction, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class TextView(BaseModel):
    """A version's words in one language, with the hash that a signature of them names."""

    language: str
    text: str
    clauses: list[ClauseBody]
    sha256: str


class Texts(BaseModel):
    """A version in every language in which it was published; the first is the one it was written in."""

    document: Slug
    version: str
    texts: list[TextView]


@router.put("/documents/{document}/versions/{version}/translations/{language}")
async def translate(
    document: Slug, version: Version, language: Language, body: Wording,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> VersionChanged:  # fmt: skip
    """Publish a translation of a version, with the same clauses. The same again changes nothing."""
    row, site = await _version(session, caller, document, version, lock=True)
    caller.require("administrator", site=site)
    if language == row.language:
        raise Contradiction(f"Version {version} was written in {language}; translate it into another language.")
    check_translates([Clause(**clause) for clause in row.clauses], body.as_clauses)
    words: dict[str, Any] = body.stored
    stored = await session.get(TranslationRow, (document, version, language))
    if stored and stored.sha256 != words["sha256"]:
        raise Contradiction(f"The translation into {language} is published and stays as it is; publish a new version.")
    if stored is None:
        named = {"document": document, "version": version, "language": language}
        session.add(TranslationRow(**named, **words, published_at=clock.now()))
    return VersionChanged(changed=stored is None, document=document, version=version, sha256=words["sha256"])


@router.get("/documents/{document}/versions/{version}/translations")
async def list_texts(document: Slug, version: Version, session: SessionDep, caller: CallerDep) -> Texts:
    """A version in all its languages."""
    row, _ = await _version(session, caller, document, version)
    rows = select(TranslationRow).filter_by(document=document, version=version).order_by(TranslationRow.language)
    texts = [row, *await session.scalars(rows)]
    return Texts(document=document, version=version, texts=[found(TextView, each, "text") for each in texts])


async def _version(
    session: SessionDep, caller: Caller, document: str, version: str, *, lock: bool = False
) -> tuple[DocumentVersionRow, str]:
    rows = (
        select(DocumentVersionRow, DocumentRow.site)
        .join(DocumentRow)
        .where(DocumentVersionRow.document == document, DocumentVersionRow.version == version)
        .where(queries.visible(DocumentRow.site, caller))
    )
    row = (await session.execute(rows.with_for_update(key_share=True) if lock else rows)).one_or_none()
    if row is None:
        raise NotFound("There is no such version, or none that you may see.")
    return row[0], row[1]
