"""Decisions that wait for a second person, and what that person said."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.cases import Category
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION, SAFETY
from shared.db import PUBLIC

Answer = Literal["agreed", "disagreed"]


class ProposalRow(Base):
    """A decision that somebody proposed; `answer` is the second person's, None while it waits for one."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("answer IN ('agreed', 'disagreed')", name="answer"),
        Index("proposal_waiting_key", "clearance", unique=True, postgresql_where=text("answer IS NULL")),
        Index(None, "clearance"),
    )

    proposal: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    clears: Mapped[bool] = mapped_column(info=DECISION)
    criterion: Mapped[str] = mapped_column(info=DECISION)
    criterion_version: Mapped[int] = mapped_column(info=DECISION)
    category: Mapped[Category] = mapped_column(Text, info=SAFETY)
    valid_until: Mapped[date | None] = mapped_column(info=DECISION)
    proposed_by: Mapped[str] = mapped_column(info=DECISION)
    proposed_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    answer: Mapped[Answer | None] = mapped_column(Text, info=DECISION)
    answered_by: Mapped[str | None] = mapped_column(info=DECISION)
    answered_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    reason: Mapped[str | None] = mapped_column(info=SAFETY)
