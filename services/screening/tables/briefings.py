"""Briefings about sites, and who acknowledged them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC


class BriefingRow(Base):
    """A version of a place's briefing in one language; never changed. The highest version holds."""

    __tablename__ = "briefing"

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, info=PUBLIC)
    language: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    published_by: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class AcknowledgementRow(Base):
    """That the person of a case read a briefing, which version and in which language."""

    __tablename__ = "briefing_acknowledgement"

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
    language: Mapped[str] = mapped_column(info=PUBLIC)
    acknowledged_at: Mapped[datetime] = mapped_column(info=PUBLIC)
