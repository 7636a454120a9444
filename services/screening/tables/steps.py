"""The steps of a case, for queues."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.steps import StepState
from services.screening.tables.base import Base
from shared.db import PUBLIC

OPEN = text("state <> 'done'")


class StepRow(Base):
    """A check that a case asks for, as work: whose turn it is, who takes care of it, and until when.

    There is one for each of the case's `required`, in their order; a check that is asked for no longer has none.
    The place is the case's, which never changes. `taken_by` is the screener who looks after it.
    """

    __tablename__ = "step"
    __table_args__ = (
        CheckConstraint("state IN ('to-do', 'invited', 'waiting', 'done')", name="state"),
        Index("step_open_site_due_on", "site", "due_on", "clearance", "check_name", postgresql_where=OPEN),
        Index("step_open_site_check_name", "site", "check_name", "due_on", "clearance", postgresql_where=OPEN),
        Index("step_open_taken_by", "taken_by", "due_on", postgresql_where=OPEN),
    )

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    check_name: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    position: Mapped[int] = mapped_column(info=PUBLIC)
    performer: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[StepState] = mapped_column(Text, info=PUBLIC)
    taken_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    due_on: Mapped[date] = mapped_column(info=PUBLIC)
    opened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    done_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
