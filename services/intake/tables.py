"""The tables of intake's database. Names, contact data and profiles of people have their one home here."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import PUBLIC, personal

CARD = personal("reaching people and calling them by their name", "until the person is erased", "person")
PROFILE = personal("matching", "until the person is erased", "person")
SIGNED = personal("proof of agreement to the conduct document (R72)", "3 years after the person left", "person")
ATTESTED = personal("who vouched for signatures held elsewhere, and why", "as the signatures", "attested_by")
ROSTER = personal("telling what changed in a roster", "until the person is erased", "person")
RISKS = "'works-with-clients', 'knows-volunteers', 'sees-confidential-data', 'system-access', 'one-on-one', 'minors'"


class Base(DeclarativeBase):
    """Every table of this database but the platform's."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        date: Date,
        str: Text,
        list[str]: ARRAY(Text),
        list[int]: ARRAY(Integer),
        dict[str, Any]: JSONB,
    }


class PlaceRow(Base):
    """A place of the tree; its path names all above it."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("place IN ('network', 'organisation', 'region', 'site')", name="place"),)

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    parent: Mapped[str | None] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    place: Mapped[str] = mapped_column(info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    zone: Mapped[str] = mapped_column(info=PUBLIC)
    country: Mapped[str | None] = mapped_column(info=PUBLIC)
    languages: Mapped[list[str]] = mapped_column(info=PUBLIC)


class DocumentRow(Base):
    """A conduct document and the place whose administrator publishes it."""

    __tablename__ = "document"

    document: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)


class DocumentVersionRow(Base):
    """A version of a conduct document; never changed once published (R69). The highest `number` is in force."""

    __tablename__ = "document_version"
    __table_args__ = (Unique("document", "number"),)

    document: Mapped[str] = mapped_column(ForeignKey("document.document"), primary_key=True, info=PUBLIC)
    version: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    language: Mapped[str] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ProgrammeRow(Base):
    """What is offered at sites; `site` is the place whose administrator owns it."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("type IN ('adult-adult', 'adult-minor', 'peer', 'group')", name="type"),)

    programme: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    type: Mapped[str] = mapped_column(info=PUBLIC)


class RoleRow(Base):
    """A role of the catalogue of a place, with its risk assessment (R31, R36)."""

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint("kind IN ('mentor', 'mentee', 'facilitator')", name="kind"),
        CheckConstraint(f"risks <@ ARRAY[{RISKS}]", name="risks"),
    )

    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    description: Mapped[str] = mapped_column(info=PUBLIC)
    risks: Mapped[list[str]] = mapped_column(info=PUBLIC)


class OfferingRow(Base):
    """A programme at a site: people apply to it. `document` is what they have to sign."""

    __tablename__ = "offering"
    __table_args__ = (
        CheckConstraint("mentor_reply_hours > 0 AND mentee_reply_hours > 0", name="reply_hours"),
        Index(None, "site", "offering"),
    )

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    programme: Mapped[str] = mapped_column(ForeignKey("programme.programme"), info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    is_open: Mapped[bool] = mapped_column(info=PUBLIC)
    mentor_reply_hours: Mapped[int] = mapped_column(info=PUBLIC)
    mentee_reply_hours: Mapped[int] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(ForeignKey("document.document"), info=PUBLIC)


class PersonRow(Base):
    """A person's address card.

    `email_key` is unique in a network. It is empty where there is no address, and where the person typed one that
    another person has: `duplicate_of` then names that person for the staff, and no mail goes there.
    `mail_chosen`: somebody decided on `may_mail` by hand; an import does not touch it any more.
    `enrolled_by`: the facilitator who enrolled somebody without an e-mail, and acts for them.
    """

    __tablename__ = "person"
    __table_args__ = (Unique("network", "email_key"), Index(None, "site", "person"))

    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    network: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    name_to_use: Mapped[str] = mapped_column(info=CARD)
    full_name: Mapped[str | None] = mapped_column(info=CARD)
    email: Mapped[str | None] = mapped_column(info=CARD)
    email_key: Mapped[str | None] = mapped_column(info=CARD)
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    language: Mapped[str] = mapped_column(info=CARD)
    zone: Mapped[str] = mapped_column(info=CARD)
    may_mail: Mapped[bool] = mapped_column(info=PUBLIC)
    mail_chosen: Mapped[bool] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
    registered_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    enrolled_by: Mapped[str | None] = mapped_column(info=PUBLIC)


class ProfileRow(Base):
    """What matching needs of a person. Free hours are hours of the local week in `zone`."""

    __tablename__ = "profile"
    __table_args__ = (CheckConstraint("weekly_hours BETWEEN 0.5 AND 40", name="weekly_hours"),)

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    languages: Mapped[list[str]] = mapped_column(info=PROFILE)
    skills: Mapped[list[str]] = mapped_column(info=PROFILE)
    goals: Mapped[list[str]] = mapped_column(info=PROFILE)
    weekly_hours: Mapped[float] = mapped_column(info=PROFILE)
    zone: Mapped[str] = mapped_column(info=PROFILE)
    free_hours: Mapped[list[int]] = mapped_column(info=PROFILE)
    version: Mapped[int] = mapped_column(info=PUBLIC)


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
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    holder: Mapped[str | None] = mapped_column(info=SIGNED)
    signed_on: Mapped[date | None] = mapped_column(info=SIGNED)
    attestation: Mapped[UUID | None] = mapped_column(ForeignKey("attestation.attestation"), info=PUBLIC)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ApplicationRow(Base):
    """A person asks to take part in a role at an offering."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("state IN ('to-sign', 'submitted')", name="state"),
        CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),
        Index(
            "application_one_open",
            "person", "role", "offering",
            unique=True,
            postgresql_where=text("state IN ('to-sign', 'submitted')"),
        ),
        Index(None, "site", "application"),
        Index("application_offering_to_sign", "offering", postgresql_where=text("state = 'to-sign'")),
    )  # fmt: skip

    application: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    role: Mapped[str] = mapped_column(ForeignKey("role.role"), info=PUBLIC)
    offering: Mapped[str] = mapped_column(ForeignKey("offering.offering"), info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    applied_by: Mapped[str] = mapped_column(info=PUBLIC)
    applied_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    submitted_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class RosterRow(Base):
    """A row of a roster as last imported: whose it is, and a fingerprint of each field."""

    __tablename__ = "roster_row"
    __table_args__ = (Index(None, "person"),)

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    source: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    key: Mapped[str] = mapped_column(primary_key=True, info=ROSTER)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    seen: Mapped[dict[str, Any]] = mapped_column(info=ROSTER)
    imported_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class PrivateReadRow(Base):
    """A service read private data: who, which kind, how many; never what."""

    __tablename__ = "private_read"
    __table_args__ = (
        CheckConstraint("kind IN ('address-cards', 'matching-profiles')", name="kind"),
        Index(None, "read_at"),
    )

    read: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    reader: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    asked: Mapped[int] = mapped_column(info=PUBLIC)
    answered: Mapped[int] = mapped_column(info=PUBLIC)
    read_at: Mapped[datetime] = mapped_column(info=PUBLIC)
