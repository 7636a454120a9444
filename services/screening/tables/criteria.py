"""Sets of criteria as they were published; none is ever changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC


class CriteriaSetRow(Base):
    """A published set. `version` counts through the network, so that it names the set; programme None: for all."""

    __tablename__ = "criteria_set"
    __table_args__ = (Index(None, "network", "published_at"),)

    network: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, info=PUBLIC)
    programme: Mapped[str | None] = mapped_column(info=PUBLIC)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    published_by: Mapped[str] = mapped_column(info=PUBLIC)
