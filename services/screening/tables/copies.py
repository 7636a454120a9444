"""Copies of what intake owns."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC


class RoleRow(Base):
    """A copy of a role of intake's catalogue."""

    __tablename__ = "role"

    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    risks: Mapped[list[str]] = mapped_column(info=PUBLIC)
    times_a_month: Mapped[int | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class OfferingRow(Base):
    """A copy of what has to be signed at an offering."""

    __tablename__ = "offering"
    __table_args__ = (Index(None, "document"),)

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    document: Mapped[str | None] = mapped_column(info=PUBLIC)
    agreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class AgreementRow(Base):
    """A copy of the newest version of a conduct document that a person signed. `agreement`: the two ids."""

    __tablename__ = "agreement"
    __table_args__ = (Index(None, "document", "person"),)

    agreement: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    document_version: Mapped[str] = mapped_column(info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class PlaceRow(Base):
    """A copy of a site: whose law holds there."""

    __tablename__ = "place"

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    law_of: Mapped[str | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
