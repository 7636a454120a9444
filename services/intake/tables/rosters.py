"""Rosters as they were imported."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ROSTER = personal("telling what changed in a roster", "until the person is erased", "person")


class RosterRow(Base):
    """A row of a roster as last imported: whose it is, and a fingerprint of each field."""

    __tablename__ = "roster_row"
    __table_args__ = (Index(None, "person"),)

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    source: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    key: Mapped[str] = mapped_column(primary_key=True, info=ROSTER)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    seen: Mapped[dict[str, Any]] = mapped_column(info=ROSTER)
    imported_at: Mapped[datetime] = mapped_column(info=PUBLIC)
