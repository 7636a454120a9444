"""Who asks to take part."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.applications import Source, State
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ANSWERS = personal("deciding about an application", "one year after it was closed or decided", "application")
SOURCES = "'word-of-mouth', 'school', 'partner', 'web', 'event', 'staff', 'import', 'other'"


class ApplicationRow(Base):
    """A person asks to take part in a role at an offering.

    `closed_at`: when it stopped being pursued: withdrawn, on hold or redirected. Before `reapply_on` the person does
    not apply for this role at this site again. `offered_role` is what staff offered instead, at `offered_offering`;
    `redirected_to` the application by which the person took it.
    """

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'to-sign', 'submitted', 'withdrawn', 'on-hold', 'redirected')", name="state"
        ),
        CheckConstraint(
            "(state <> 'submitted' OR submitted_at IS NOT NULL)"
            " AND (state NOT IN ('draft', 'to-sign') OR submitted_at IS NULL)",
            name="submitted",
        ),
        CheckConstraint(
            "(state IN ('withdrawn', 'on-hold', 'redirected')) = (closed_at IS NOT NULL)", name="closed"
        ),
        CheckConstraint(f"source IN ({SOURCES})", name="source"),
        Index(
            "application_one_open",
            "person", "role", "offering",
            unique=True,
            postgresql_where=text("state IN ('to-sign', 'submitted')"),
        ),
        Index(
            "application_one_draft",
            "person", "role", "offering",
            unique=True,
            postgresql_where=text("state = 'draft'"),
        ),
        Index("application_reapply", "person", "role", "site", postgresql_where=text("reapply_on IS NOT NULL")),
        Index(None, "site", "application"),
        Index("application_offering_to_sign", "offering", postgresql_where=text("state = 'to-sign'")),
    )  # fmt: skip

    application: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    role: Mapped[str] = mapped_column(ForeignKey("role.role"), info=PUBLIC)
    offering: Mapped[str] = mapped_column(ForeignKey("offering.offering"), info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[State] = mapped_column(Text, info=PUBLIC)
    source: Mapped[Source] = mapped_column(Text, server_default="other", info=PUBLIC)
    applied_by: Mapped[str] = mapped_column(info=PUBLIC)
    applied_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    submitted_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    closed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    reapply_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    offered_role: Mapped[str | None] = mapped_column(ForeignKey("role.role"), info=PUBLIC)
    offered_offering: Mapped[str | None] = mapped_column(ForeignKey("offering.offering"), info=PUBLIC)
    redirected_to: Mapped[UUID | None] = mapped_column(ForeignKey("application.application"), info=PUBLIC)


class AnswersRow(Base):
    """What was answered in a form, and which applicant pack was read (R68). `read_by` read it, or read it out."""

    __tablename__ = "answers"
    __table_args__ = (CheckConstraint("num_nonnulls(pack_sha256, read_by, read_at) IN (0, 3)", name="pack"),)

    application: Mapped[UUID] = mapped_column(ForeignKey("application.application"), primary_key=True, info=PUBLIC)
    answers: Mapped[dict[str, Any]] = mapped_column(info=ANSWERS)
    pack_sha256: Mapped[str | None] = mapped_column(info=PUBLIC)
    read_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    read_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
