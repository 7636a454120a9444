"""Agreements as rows: what is in force of documents, what people signed of them, and what is told of both."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, exists, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.applications import SUBMITTED
from services.intake.tables import ApplicationRow, DocumentVersionRow, OfferingRow, PersonRow, SignatureRow
from shared.contracts.intake import Agreement, AgreementSigned, Signed


async def in_force(session: AsyncSession, documents: Collection[str]) -> dict[str, Agreement]:
    """What has to be signed of documents: the version published last."""
    newest = (
        select(DocumentVersionRow)
        .where(DocumentVersionRow.document.in_(documents))
        .ext(distinct_on(DocumentVersionRow.document))
        .order_by(DocumentVersionRow.document, DocumentVersionRow.number.desc())
    )
    return {row.document: _agreement(row) for row in await session.scalars(newest)}


def _agreement(row: DocumentVersionRow) -> Agreement:
    told = {name: getattr(row, name) for name in ("document", "version", "number", "grace_until", "previous")}
    return Agreement.model_validate(told)


async def signed_by(session: AsyncSession, people: Collection[UUID]) -> dict[tuple[UUID, str], Signed]:
    """The newest version that people signed, in whatever way, by person and document."""
    named = (
        SignatureRow.document == DocumentVersionRow.document,
        SignatureRow.version == DocumentVersionRow.version,
    )
    rows = (
        select(SignatureRow.person, SignatureRow.document, SignatureRow.version, DocumentVersionRow.number)
        .join(DocumentVersionRow, and_(*named))
        .where(SignatureRow.person.in_(people))
        .ext(distinct_on(SignatureRow.person, SignatureRow.document))
        .order_by(SignatureRow.person, SignatureRow.document, DocumentVersionRow.number.desc())
    )
    return {(person, of): Signed(version, number) for person, of, version, number in await session.execute(rows)}


def signed_event(person: PersonRow, document: str, newest: Signed) -> AgreementSigned:
    """What intake tells of a person's agreement to a document."""
    told = {"document": document, "document_version": newest.version, "number": newest.number}
    return AgreementSigned.model_validate({**told, "person": person.person, "site": person.site})


def news(person: PersonRow, document: str, before: Signed | None, signed: Signed) -> list[AgreementSigned]:
    """What a new signature tells: nothing where somebody signed this version or a later one before."""
    if before is not None and before.number >= signed.number:
        return []
    return [signed_event(person, document, signed)]


async def is_signed(session: AsyncSession, document: str) -> bool:
    """Whether anybody signed a version of a document."""
    return bool(await session.scalar(select(exists().where(SignatureRow.document == document))))


async def is_relied_on(session: AsyncSession, offering: str) -> bool:
    """Whether somebody was submitted to an offering, by a signature of its document."""
    submitted = ApplicationRow.offering == offering, ApplicationRow.state == SUBMITTED
    return bool(await session.scalar(select(exists().where(*submitted))))


async def documents_of(session: AsyncSession, person: UUID) -> set[str]:
    """The documents that concern a person: those of the offerings they applied to, and what they signed."""
    applied = select(OfferingRow.document).join(ApplicationRow, ApplicationRow.offering == OfferingRow.offering)
    signed = select(SignatureRow.document).where(SignatureRow.person == person)
    return set(await session.scalars(applied.where(ApplicationRow.person == person).union(signed)))
