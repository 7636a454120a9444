"""Conduct documents and who signed them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

SIGNED = personal("proof of agreement to the conduct document (R72)", "3 years after the person left", "person")
ATTESTED = personal("who vouched for signatures held elsewhere, and why", "as the signatures", "attested_by")


class DocumentRow(Base):
    """A conduct document and the place whose administrator publishes it."""

    __tablename__ = "document"

    document: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)


class DocumentVersionRow(Base):
    """A version of a conduct document; never changed once published (R69). The highest `number` is in force.

    Without `clauses` the text is one. Signatures of `previous` versions count until the end of `grace_until` (UTC).
    """

    __tablename__ = "document_version"
    __table_args__ = (Unique("document", "number"),)

    document: Mapped[str] = mapped_column(ForeignKey("document.document"), primary_key=True, info=PUBLIC)
    version: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    language: Mapped[str] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", info=PUBLIC)
    grace_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    previous: Mapped[list[str]] = mapped_column(server_default="{}", info=PUBLIC)


class TranslationRow(Base):
    """A version in another language, with the same clauses and a hash of its own."""

    __tablename__ = "document_translation"
    __table_args__ = (
        ForeignKeyConstraint(["document", "version"], ["document_version.document", "document_version.version"]),
    )

    document: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    language: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, info=PUBLIC)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class AttestationRow(Base):
    """An operator's word that people of a roster signed, with the reason, who and when."""

    __tablename__ = "attestation"
    __table_args__ = (
        ForeignKeyConstraint(["document", "version"], ["document_version.document", "document_version.version"]),
    )

    attestation: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    offering: Mapped[str] = mapped_column(ForeignKey("offering.offering"), info=PUBLIC)
    source: Mapped[str] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    version: Mapped[str] = mapped_column(info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=ATTESTED)
    attested_by: Mapped[str] = mapped_column(info=PUBLIC)
    attested_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class SignatureRow(Base):
    """That a person agreed to a version of a conduct document (R72), and how that is known.

    `signed`: here, by the person. `held-elsewhere`: `holder` keeps the paper of `signed_on`. `attested`: an operator's
    word.
    """

    __tablename__ = "signature"
    __table_args__ = (
        Unique("person", "document", "version", "kind"),
        Index(None, "document", "version"),
        ForeignKeyConstraint(["document", "version"], ["document_version.document", "document_version.version"]),
        CheckConstraint("kind IN ('signed', 'held-elsewhere', 'attested')", name="kind"),
        CheckConstraint(
            "(kind = 'held-elsewhere') = (holder IS NOT NULL AND signed_on IS NOT NULL)"
            " AND (kind = 'attested') = (attestation IS NOT NULL)",
            name="evidence",
        ),
    )

    signature: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    version: Mapped[str] = mapped_column(info=PUBLIC)
    language: Mapped[str | None] = mapped_column(info=SIGNED)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    holder: Mapped[str | None] = mapped_column(info=SIGNED)
    signed_on: Mapped[date | None] = mapped_column(info=SIGNED)
    attestation: Mapped[UUID | None] = mapped_column(ForeignKey("attestation.attestation"), info=PUBLIC)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)
