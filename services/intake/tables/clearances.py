"""What screening told of those who work for a place, so that their grants count while they are cleared."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC


class ClearanceRow(Base):
    """What screening last said of a clearance for a staff role; the newest sequence stands, whatever came first."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="state"),
        Index(None, "person"),
    )

    clearance: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
