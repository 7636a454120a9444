"""Copies of what intake owns."""

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.contracts.intake import Tier
from shared.db import PUBLIC


class RoleRow(Base):
    """A copy of a role of intake's catalogue."""

    __tablename__ = "role"

    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    risks: Mapped[list[str]] = mapped_column(info=PUBLIC)
    times_a_month: Mapped[int | None] = mapped_column(info=PUBLIC)
    tier: Mapped[Tier | None] = mapped_column(Text, info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class PlaceRow(Base):
    """A copy of a site: whose law holds there."""

    __tablename__ = "place"

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    law_of: Mapped[str | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
