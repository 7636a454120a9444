"""Duties of facilitators onsite: their words, who agreed to them, and what was reported."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC


class OnsiteDutiesRow(Base):
    """A version of a place's duties in one language; never changed. `report_days`: how often is reported on them."""

    __tablename__ = "onsite_duties"

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, info=PUBLIC)
    language: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    report_days: Mapped[int] = mapped_column(info=PUBLIC)
    published_by: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class OnsiteAgreementRow(Base):
    """A facilitator agreed to a version. The next report is due until the end of `due_on`.

    `escalated_at`: it did not come, and the coordinators were told; None again after a report. `place` is where the
    facilitator works, `site` whose duties they are: that place or one above.
    """

    __tablename__ = "onsite_agreement"
    __table_args__ = (Index("onsite_agreement_escalated", "place", postgresql_where=text("escalated_at IS NOT NULL")),)

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    place: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
    language: Mapped[str] = mapped_column(info=PUBLIC)
    agreed_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    report_days: Mapped[int] = mapped_column(info=PUBLIC)
    due_on: Mapped[date] = mapped_column(info=PUBLIC)
    escalated_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class OnsiteReportRow(Base):
    """A facilitator reported that they did what they agreed to; what they saw stays with the people (R5)."""

    __tablename__ = "onsite_report"
    __table_args__ = (Index(None, "clearance", "report"),)

    report: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    reported_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    was_due_on: Mapped[date] = mapped_column(info=PUBLIC)
