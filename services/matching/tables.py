"""The tables of matching's database."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, MetaData, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, SMALLINT
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import PUBLIC, personal

PROFILE = personal("proposing pairs", "until no clearance of the person stands", "person")
STYLE = personal("telling a partner how to write (R2)", "until no clearance of the person stands", "person")
VOUCHING = personal("why two people were nominated (R1)", "until one year after the pair's closing", "mentor")
CLOSING = personal("why a pair ended", "until one year after the pair's closing", "mentor")
LEFT_OUT = personal("telling why somebody was left out of a run", "until the run is deleted", "person")
EXPLANATION = personal("telling why two people were proposed", "until the run is deleted", "mentor")

KINDS = "role IN ('mentor', 'mentee', 'facilitator', 'staff', 'moderator', 'screener', 'coordinator')"
"""Every kind of role is kept as it is heard; only mentors and mentees come into a pool."""


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
        list[int]: ARRAY(SMALLINT),
        list[dict[str, Any]]: JSONB,
        dict[str, int]: JSONB,
    }


class OfferingRow(Base):
    """An offering, as intake told it, with what has to be signed there; runs and nominations need to know it.

    `is_stopped`: the line stands still there.
    """

    __tablename__ = "offering"

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    agreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=PUBLIC)
    is_stopped: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class AgreementRow(Base):
    """The newest version of a conduct document that a person signed, as intake told it. `agreement`: the two ids."""

    __tablename__ = "agreement"
    __table_args__ = (Index(None, "document", "person"),)

    agreement: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    document_version: Mapped[str] = mapped_column(info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ApplicationRow(Base):
    """Somebody asked to take part; until screening has spoken, the pool says that they are being screened.

    Who withdrew is in no pool, also while the end of their clearance was not heard yet.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(KINDS, name="role"),
        CheckConstraint("state IN ('submitted', 'withdrawn')", name="state"),
        Index(None, "offering"),
    )

    application: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(server_default="submitted", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ClearanceRow(Base):
    """What screening last said of a clearance. `cleared_on` is the day on which it was first cleared."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint(KINDS, name="role"),
        CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="state"),
        Index(None, "offering"),
        Index(None, "person"),
    )

    clearance: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    application: Mapped[UUID] = mapped_column(info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    cleared_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ConsentRow(Base):
    """What intake last told of a consent without which nobody takes part. Who gave it is not known here."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN ('take-part', 'data')", name="purpose"),
        CheckConstraint("state IN ('given', 'withdrawn')", name="state"),
        Index(None, "person"),
    )

    consent: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    purpose: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ProfileRow(Base):
    """A person's matching profile, copied from intake; `stale` rows wait to be read.

    `sequence` is the newest profile.changed heard; what is read for an older one leaves the row stale. The row is
    also what transactions lock who pair this person.
    """

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint("state IN ('stale', 'read', 'absent')", name="state"),
        Index("profile_stale", "person", postgresql_where=text("state = 'stale'")),
    )

    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
    languages: Mapped[list[str] | None] = mapped_column(info=PROFILE)
    skills: Mapped[list[str] | None] = mapped_column(info=PROFILE)
    goals: Mapped[list[str] | None] = mapped_column(info=PROFILE)
    weekly_hours: Mapped[float | None] = mapped_column(info=PROFILE)
    free_hours: Mapped[list[int] | None] = mapped_column(info=PROFILE)
    style: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=STYLE)


class RunRow(Base):
    """A run: what it was given and what came out. Its proposals may be confirmed until `expires_on`."""

    __tablename__ = "run"

    run: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    made_by: Mapped[str] = mapped_column(info=PUBLIC)
    made_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    expires_on: Mapped[date] = mapped_column(info=PUBLIC)
    mentors: Mapped[int] = mapped_column(info=PUBLIC)
    mentees: Mapped[int] = mapped_column(info=PUBLIC)
    places: Mapped[int] = mapped_column(info=PUBLIC)
    barred_pairs: Mapped[int] = mapped_column(info=PUBLIC)
    blocking_pairs: Mapped[int] = mapped_column(info=PUBLIC)
    total_score: Mapped[int] = mapped_column(info=PUBLIC)


class PairRow(Base):
    """A pair from its confirmation on. Two people are paired once, ever; two closed pairs only where records merged."""

    __tablename__ = "pair"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("pair_kind IN ('assigned', 'nominated')", name="pair_kind"),
        CheckConstraint("mentor <> mentee", name="two_people"),
        CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed"),
        Index(None, "mentor", "mentee"),
        Index("pair_open", "mentor", "mentee", unique=True, postgresql_where=text("state = 'open'")),
        Index("pair_one_mentor", "mentee", "offering", unique=True, postgresql_where=text("state = 'open'")),
        Index(None, "site", "pair"),
        Index(None, "offering", "pair"),
    )

    pair: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    other_site: Mapped[str | None] = mapped_column(info=PUBLIC)
    pair_kind: Mapped[str] = mapped_column(info=PUBLIC)
    mentor: Mapped[UUID] = mapped_column(info=PUBLIC)
    mentee: Mapped[UUID] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    matched_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    matched_by: Mapped[str] = mapped_column(info=PUBLIC)
    vouched_by: Mapped[str | None] = mapped_column(info=VOUCHING)
    closed_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    closed_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    closure_reason: Mapped[str | None] = mapped_column(info=CLOSING)


class ProposalRow(Base):
    """Two people whom a run would pair; pending until confirmed, or until a newer run replaces it."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'confirmed', 'replaced')", name="state"),
        CheckConstraint("(state = 'confirmed') = (pair IS NOT NULL)", name="confirmed"),
        UniqueConstraint("run", "mentor", "mentee"),
        Index("proposal_pending_mentor", "mentor", postgresql_where=text("state = 'pending'")),
        Index("proposal_pending_mentee", "mentee", postgresql_where=text("state = 'pending'")),
        Index("proposal_pending_offering", "offering", postgresql_where=text("state = 'pending'")),
    )

    proposal: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    run: Mapped[UUID] = mapped_column(ForeignKey("run.run"), info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    mentor: Mapped[UUID] = mapped_column(info=PUBLIC)
    mentee: Mapped[UUID] = mapped_column(info=PUBLIC)
    expires_on: Mapped[date] = mapped_column(info=PUBLIC)
    score: Mapped[int] = mapped_column(info=PUBLIC)
    terms: Mapped[list[dict[str, Any]]] = mapped_column(info=EXPLANATION)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    pair: Mapped[UUID | None] = mapped_column(ForeignKey("pair.pair"), info=PUBLIC)


class LeftOutRow(Base):
    """A candidate whom a run paired with nobody, and why."""

    __tablename__ = "left_out"
    __table_args__ = (CheckConstraint("role IN ('mentor', 'mentee')", name="role"),)

    run: Mapped[UUID] = mapped_column(ForeignKey("run.run"), primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=LEFT_OUT)
    barred: Mapped[dict[str, int]] = mapped_column(info=LEFT_OUT)
