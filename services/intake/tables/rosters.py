"""Rosters as they were imported."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ROSTER = personal("telling what changed in a roster", "until the person is erased", "person")
ROSTER_HELD = personal(
    "telling what changed in a roster", "until the person is erased", "person", data_class="criminal"
)


class RosterRow(Base):
    """A row of a roster as last imported: whose it is, and a fingerprint of each field.

    `clearances_seen`: the same of the clearances it last brought, by check; None until it brings one.
    """

    __tablename__ = "roster_row"
    __table_args__ = (Index(None, "person"),)

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    source: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    key: Mapped[str] = mapped_column(primary_key=True, info=ROSTER)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    seen: Mapped[dict[str, Any]] = mapped_column(info=ROSTER)
    clearances_seen: Mapped[dict[str, str] | None] = mapped_column(JSONB(none_as_null=True), info=ROSTER_HELD)
    imported_at: Mapped[datetime] = mapped_column(info=PUBLIC)
