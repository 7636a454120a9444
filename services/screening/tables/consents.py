"""A copy of the consents that intake owns."""

from datetime import date
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC


class ConsentRow(Base):
    """What intake last told of a consent without which nobody takes part. Who gave it is not known here."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN ('take-part', 'data')", name="purpose"),
        CheckConstraint("state IN ('given', 'withdrawn')", name="state"),
        Index(None, "person"),
    )

    consent: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    purpose: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[Literal["given", "withdrawn"]] = mapped_column(Text, info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
