"""Appeals against refusals and ended clearances."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION, SAFETY
from shared.db import PUBLIC


class AppealRow(Base):
    """A case's one appeal: what the person says, who heard it and how it ended. `note` is for screeners alone."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint("outcome IN ('upheld', 'overturned')", name="outcome"),
        Index("appeal_waiting", "lodged_at", "clearance", postgresql_where=text("outcome IS NULL")),
    )

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    said: Mapped[str] = mapped_column(info=DECISION)
    lodged_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    outcome: Mapped[Literal["upheld", "overturned"] | None] = mapped_column(Text, info=DECISION)
    note: Mapped[str | None] = mapped_column(info=SAFETY)
    heard_by: Mapped[str | None] = mapped_column(info=DECISION)
    heard_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
