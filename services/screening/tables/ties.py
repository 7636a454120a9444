"""Who is close to whom, so that neither decides about the other (trap 17)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC, personal

TIE = personal("keeping those apart who are close", "until one of the two has no case any more", "person")

TieKind = Literal["relative", "partner", "line", "other"]
"""Family, a couple, a line of command in either direction, anything else that would bend a judgement."""


class TieRow(Base):
    """A tie between two people; it holds in both directions. `site`: whose staff see it."""

    __tablename__ = "tie"
    __table_args__ = (
        CheckConstraint("kind IN ('relative', 'partner', 'line', 'other')", name="kind"),
        CheckConstraint("person < other", name="order"),
        Index(None, "other"),
        Index(None, "site"),
    )

    person: Mapped[UUID] = mapped_column(primary_key=True, info=TIE)
    other: Mapped[UUID] = mapped_column(primary_key=True, info=TIE)
    kind: Mapped[TieKind] = mapped_column(Text, info=TIE)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    declared_by: Mapped[str] = mapped_column(info=TIE)
    at: Mapped[datetime] = mapped_column(info=PUBLIC)
