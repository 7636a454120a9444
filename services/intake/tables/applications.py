"""Who asks to take part."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC


class ApplicationRow(Base):
    """A person asks to take part in a role at an offering."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint("state IN ('to-sign', 'submitted')", name="state"),
        CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted"),
        Index(
            "application_one_open",
            "person", "role", "offering",
            unique=True,
            postgresql_where=text("state IN ('to-sign', 'submitted')"),
        ),
        Index(None, "site", "application"),
        Index("application_offering_to_sign", "offering", postgresql_where=text("state = 'to-sign'")),
    )  # fmt: skip

    application: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    role: Mapped[str] = mapped_column(ForeignKey("role.role"), info=PUBLIC)
    offering: Mapped[str] = mapped_column(ForeignKey("offering.offering"), info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    applied_by: Mapped[str] = mapped_column(info=PUBLIC)
    applied_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    submitted_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
