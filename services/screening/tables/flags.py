"""Flags of a case."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.flags import Colour
from services.screening.tables.base import Base
from services.screening.tables.cases import SAFETY
from shared.db import PUBLIC


class FlagRow(Base):
    """What somebody noticed. `ground` is the criterion or the clause; note and resolution are for screeners alone."""

    __tablename__ = "flag"
    __table_args__ = (
        CheckConstraint("colour IN ('green', 'yellow', 'red')", name="colour"),
        Index(None, "clearance", "flag"),
        Index("flag_watched", "watch_until", "flag", postgresql_where=text("resolved_at IS NULL")),
    )

    flag: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    colour: Mapped[Colour] = mapped_column(Text, info=SAFETY)
    ground: Mapped[str] = mapped_column(info=SAFETY)
    note: Mapped[str] = mapped_column(info=SAFETY)
    watch_until: Mapped[date | None] = mapped_column(info=SAFETY)
    raised_by: Mapped[str] = mapped_column(info=SAFETY)
    raised_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    resolved_by: Mapped[str | None] = mapped_column(info=SAFETY)
    resolved_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    resolution: Mapped[str | None] = mapped_column(info=SAFETY)
