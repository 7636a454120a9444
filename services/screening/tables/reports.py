"""Legal reports that conduct cases ask for, and what people recorded of them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.reports import Of
from services.screening.tables.base import Base
from services.screening.tables.conduct import SAFEGUARDING
from shared.db import PUBLIC

Answer = Literal["done", "not-due"]


class ReportRow(Base):
    """Whether a report is due, as the law of the case's places asks. `state` is its last answer's."""

    __tablename__ = "legal_report"
    __table_args__ = (
        CheckConstraint("of IN ('suspected-abuse', 'removal-over-harm')", name="of"),
        CheckConstraint("state IN ('asked', 'done', 'not-due')", name="state"),
        Index(None, "case", "report"),
    )

    report: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), info=PUBLIC)
    of: Mapped[Of] = mapped_column(Text, info=SAFEGUARDING)
    pack: Mapped[str] = mapped_column(info=PUBLIC)
    to: Mapped[str] = mapped_column(info=PUBLIC)
    person: Mapped[UUID | None] = mapped_column(info=SAFEGUARDING)
    why: Mapped[str] = mapped_column(info=PUBLIC)
    source: Mapped[str] = mapped_column(info=PUBLIC)
    due_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    overdue_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    state: Mapped[Literal["asked", "done", "not-due"]] = mapped_column(Text, info=SAFEGUARDING)


class ReportAnswerRow(Base):
    """What a person recorded of a report: done with its reference and day, or not due with the reason. All are kept."""

    __tablename__ = "report_answer"
    __table_args__ = (
        CheckConstraint("answer IN ('done', 'not-due')", name="answer"),
        Index(None, "report", "report_answer"),
    )

    report_answer: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    report: Mapped[UUID] = mapped_column(ForeignKey("legal_report.report"), info=PUBLIC)
    answer: Mapped[Answer] = mapped_column(Text, info=SAFEGUARDING)
    reference: Mapped[str | None] = mapped_column(info=SAFEGUARDING)
    done_on: Mapped[date | None] = mapped_column(info=SAFEGUARDING)
    reason: Mapped[str | None] = mapped_column(info=SAFEGUARDING)
    answered_by: Mapped[str] = mapped_column(info=SAFEGUARDING)
    answered_at: Mapped[datetime] = mapped_column(info=SAFEGUARDING)
