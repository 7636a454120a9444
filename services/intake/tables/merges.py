"""Two records that were one person's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC


class MergeRow(Base):
    """A record that was given up for another one of the same person; `person` is the one kept in the end.

    `site`: where the one given up stood.
    """

    __tablename__ = "merge"
    __table_args__ = (CheckConstraint("given_up <> person", name="two"), Index(None, "person"))

    given_up: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    merged_by: Mapped[str] = mapped_column(info=PUBLIC)
    merged_at: Mapped[datetime] = mapped_column(info=PUBLIC)
