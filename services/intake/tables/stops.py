"""Where and when the line was stopped, by whom, why, and who lifted it."""

from datetime import datetime
from typing import get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.stops import LiftReason, StopReason
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

STOPPED = personal("answering for stopping and going on (R78)", "as long as the network exists", "stopped_by")


class StopRow(Base):
    """A stop at and below a place, of one programme or of all; never taken out. It stands while `lifted_at` is None."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint(f"reason IN ({', '.join(map(repr, get_args(StopReason)))})", name="reason"),
        CheckConstraint(f"lift_reason IN ({', '.join(map(repr, get_args(LiftReason)))})", name="lift_reason"),
        CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)", name="lifted"
        ),
        Index(None, "site", "stop"),
    )

    stop: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    programme: Mapped[str | None] = mapped_column(ForeignKey("programme.programme"), info=PUBLIC)
    reason: Mapped[StopReason] = mapped_column(Text, info=STOPPED)
    stopped_by: Mapped[str] = mapped_column(info=STOPPED)
    stopped_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    lift_reason: Mapped[LiftReason | None] = mapped_column(Text, info=STOPPED)
    lifted_by: Mapped[str | None] = mapped_column(info=STOPPED)
    lifted_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
