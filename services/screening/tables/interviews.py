"""Interviews and the slots in which they are held."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.cases import Outcome
from services.screening.domain.interviews import InterviewState, PlaceKind
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC, personal

MEETING = personal("meeting for an interview", "one year after the interview", "offered_by", data_class="secret")


class SlotRow(Base):
    """A time that a screener offers, to applicants at a place and below. `location` is a link, a number or an address,
    shown to whom it is booked for.
    """

    __tablename__ = "interview_slot"
    __table_args__ = (
        CheckConstraint("place IN ('video', 'phone', 'onsite')", name="place"),
        Index("interview_slot_offered", "starts_at", "slot", postgresql_where=text("withdrawn_at IS NULL")),
        Index(None, "offered_by", "starts_at"),
    )

    slot: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    offered_by: Mapped[str] = mapped_column(info=PUBLIC)
    starts_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    minutes: Mapped[int] = mapped_column(info=PUBLIC)
    zone: Mapped[str] = mapped_column(info=PUBLIC)
    place: Mapped[PlaceKind] = mapped_column(Text, info=PUBLIC)
    location: Mapped[str | None] = mapped_column(info=MEETING)
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class InterviewRow(Base):
    """The interview of a case: invitation, slot, and what came of it. One slot is one person's.

    `scores` hold a score and a note of each dimension; `rule` is the sentence that the form's rule came to.
    """

    __tablename__ = "interview"
    __table_args__ = (CheckConstraint("state IN ('invited', 'booked', 'paused', 'held')", name="state"),)

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    state: Mapped[InterviewState] = mapped_column(Text, info=PUBLIC)
    form: Mapped[str] = mapped_column(info=PUBLIC)
    form_version: Mapped[int] = mapped_column(info=PUBLIC)
    invited_by: Mapped[str] = mapped_column(info=PUBLIC)
    invited_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    slot: Mapped[UUID | None] = mapped_column(ForeignKey("interview_slot.slot"), unique=True, info=PUBLIC)
    moves: Mapped[int] = mapped_column(server_default="0", info=PUBLIC)
    no_shows: Mapped[int] = mapped_column(server_default="0", info=DECISION)
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", info=DECISION)
    scenarios: Mapped[list[str]] = mapped_column(server_default="{}", info=DECISION)
    scored_by: Mapped[str | None] = mapped_column(info=DECISION)
    scored_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    rule: Mapped[str | None] = mapped_column(info=DECISION)
    outcome: Mapped[Outcome | None] = mapped_column(Text, info=DECISION)
    reason: Mapped[str | None] = mapped_column(info=DECISION)
