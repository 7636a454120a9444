"""The waiting lists of mentees."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.waiting import Band
from services.screening.tables.base import Base
from services.screening.tables.cases import DECISION
from shared.db import PUBLIC


class WaitingRow(Base):
    """An undecided mentee on the list of their site and role, in the order of `since`; gone once the case is decided.

    `band` and `next_news_on` are what they were told last, and stay so until they hear again.
    """

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("band IN ('next', 'soon', 'later')", name="band"),
        Index(None, "site", "role", "since", "clearance"),
    )

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    since: Mapped[datetime] = mapped_column(info=PUBLIC)
    band: Mapped[Band] = mapped_column(Text, info=DECISION)
    next_news_on: Mapped[date] = mapped_column(info=DECISION)
