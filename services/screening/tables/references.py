"""Referees, what they said, and the letters that are to reach them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.references import ReferenceState, Relation, Verification
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC, personal

REFEREE = personal("asking who knows the applicant (R47)", "one year after the clearance ended", "reference")

Letter = Literal["request", "reminder"]


class ReferenceRow(Base):
    """Somebody whom the applicant named, and what they said. `link` counts the links made; the last one opens.

    `applicant_called` is the first name by which the referee knows the applicant. `verified` is how a screener made
    sure of the referee.
    """

    __tablename__ = "reference"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'stalled', 'answered', 'approved', 'refused', 'withdrawn')", name="state"),
        Index(None, "clearance", "reference"),
    )

    reference: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    state: Mapped[ReferenceState] = mapped_column(Text, info=PUBLIC)
    name: Mapped[str] = mapped_column(info=REFEREE)
    email: Mapped[str] = mapped_column(info=REFEREE)
    relation: Mapped[Relation] = mapped_column(Text, info=REFEREE)
    known_since: Mapped[date] = mapped_column(info=REFEREE)
    applicant_called: Mapped[str] = mapped_column(info=DECISION)
    form: Mapped[str] = mapped_column(info=PUBLIC)
    form_version: Mapped[int] = mapped_column(info=PUBLIC)
    link: Mapped[int] = mapped_column(server_default="1", info=PUBLIC)
    openings: Mapped[int] = mapped_column(server_default="0", info=PUBLIC)
    asked_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    answers: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}", info=DECISION)
    answered_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    verified: Mapped[Verification | None] = mapped_column(Text, info=DECISION)
    note: Mapped[str | None] = mapped_column(info=DECISION)
    decided_by: Mapped[str | None] = mapped_column(info=DECISION)
    decided_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class ReferenceLetterRow(Base):
    """A letter that somebody is to send to a referee; the address stands with the reference, the link nowhere."""

    __tablename__ = "reference_letter"
    __table_args__ = (
        CheckConstraint("kind IN ('request', 'reminder')", name="kind"),
        Index("reference_letter_unsent", "letter", postgresql_where=text("sent_at IS NULL")),
        Index(None, "reference"),
    )

    letter: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    reference: Mapped[UUID] = mapped_column(ForeignKey("reference.reference"), info=PUBLIC)
    kind: Mapped[Letter] = mapped_column(Text, info=PUBLIC)
    due_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    sent_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    sent_by: Mapped[str | None] = mapped_column(info=PUBLIC)
