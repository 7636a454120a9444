"""Progress in training, and attempts at its quiz."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC


class TrainingRow(Base):
    """A person's course in a case: the version with which they began, and the modules that they read."""

    __tablename__ = "training"

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    course: Mapped[str] = mapped_column(info=PUBLIC)
    course_version: Mapped[int] = mapped_column(info=PUBLIC)
    read: Mapped[list[str]] = mapped_column(server_default="{}", info=PUBLIC)
    began_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class AttemptRow(Base):
    """An attempt at the quiz: how many answers were right; which ones is not kept."""

    __tablename__ = "training_attempt"
    __table_args__ = (Index(None, "clearance", "at"),)

    attempt: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("training.clearance"), info=PUBLIC)
    right: Mapped[int] = mapped_column(info=DECISION)
    asked: Mapped[int] = mapped_column(info=PUBLIC)
    passed: Mapped[bool] = mapped_column(info=DECISION)
    at: Mapped[datetime] = mapped_column(info=PUBLIC)


class CertificateRow(Base):
    """A certificate held elsewhere that a screener took for the course, and why."""

    __tablename__ = "training_certificate"

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    holder: Mapped[str] = mapped_column(info=DECISION)
    number: Mapped[str] = mapped_column(info=DECISION)
    reason: Mapped[str] = mapped_column(info=DECISION)
    accepted_by: Mapped[str] = mapped_column(info=DECISION)
    accepted_at: Mapped[datetime] = mapped_column(info=PUBLIC)
