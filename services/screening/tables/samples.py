"""What people hand in as a sample of their skill, and what came of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.cases import Outcome
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC


class SampleRow(Base):
    """A sample, as a text or as a link to it, and its assessment by the task's points."""

    __tablename__ = "skill_sample"
    __table_args__ = (CheckConstraint("(text IS NULL) <> (link IS NULL)", name="one"),)

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    task: Mapped[str] = mapped_column(info=PUBLIC)
    task_version: Mapped[int] = mapped_column(info=PUBLIC)
    text: Mapped[str | None] = mapped_column(info=DECISION)
    link: Mapped[str | None] = mapped_column(info=DECISION)
    handed_in_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    points: Mapped[dict[str, bool]] = mapped_column(JSONB, server_default="{}", info=DECISION)
    note: Mapped[str | None] = mapped_column(info=DECISION)
    rule: Mapped[str | None] = mapped_column(info=DECISION)
    outcome: Mapped[Outcome | None] = mapped_column(Text, info=DECISION)
    reason: Mapped[str | None] = mapped_column(info=DECISION)
    assessed_by: Mapped[str | None] = mapped_column(info=DECISION)
    assessed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
