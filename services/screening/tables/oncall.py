"""Who is on call for a place, and who was paged about what."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC, personal

ROTA = personal("reaching somebody in an emergency", "one year after the duty", "person")

Why = Literal["opened", "report"]


class DutyRow(Base):
    """Somebody is on call for a place; the lower `order` is paged first."""

    __tablename__ = "duty"
    __table_args__ = (CheckConstraint("starts < ends", name="span"), Index(None, "site", "ends"))

    duty: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=ROTA)
    starts: Mapped[datetime] = mapped_column(info=ROTA)
    ends: Mapped[datetime] = mapped_column(info=ROTA)
    order: Mapped[int] = mapped_column(info=ROTA)
    set_by: Mapped[str] = mapped_column(info=PUBLIC)


class AlarmRow(Base):
    """Somebody has to know of a conduct case; the rota of `site` is paged until one acknowledges."""

    __tablename__ = "alarm"
    __table_args__ = (
        CheckConstraint("why IN ('opened', 'report')", name="why"),
        Index(None, "case", "alarm"),
    )

    alarm: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), info=PUBLIC)
    why: Mapped[Why] = mapped_column(Text, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    raised_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    acknowledged_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    acknowledged_by: Mapped[UUID | None] = mapped_column(info=PUBLIC)


class PageRow(Base):
    """One person was paged by an alarm."""

    __tablename__ = "page"
    __table_args__ = (Index(None, "person", "page"), Index(None, "alarm", "page"))

    page: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    alarm: Mapped[UUID] = mapped_column(ForeignKey("alarm.alarm"), info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=ROTA)
    paged_at: Mapped[datetime] = mapped_column(info=ROTA)
    acknowledged_at: Mapped[datetime | None] = mapped_column(info=ROTA)
