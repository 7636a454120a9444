"""How conflicts of laws, and what no source was read for, were settled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.settlements import How
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC


class SettlementRow(Base):
    """Who settled what, and how. It is kept when the case asks for it no longer; `rules` are those it was about."""

    __tablename__ = "settlement"
    __table_args__ = (
        CheckConstraint("how IN ('asked-and-not-needed', 'done-otherwise', 'accepted')", name="how"),
        Index(None, "clearance", "settlement"),
    )

    settlement: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    what: Mapped[str] = mapped_column(info=PUBLIC)
    rules: Mapped[list[str]] = mapped_column(info=PUBLIC)
    how: Mapped[How] = mapped_column(Text, info=DECISION)
    reason: Mapped[str] = mapped_column(info=DECISION)
    reference: Mapped[str | None] = mapped_column(info=DECISION)
    settled_by: Mapped[str] = mapped_column(info=DECISION)
    settled_at: Mapped[datetime] = mapped_column(info=PUBLIC)
