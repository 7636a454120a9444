"""Places, what is set for them, and what is known of them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.policy import HolderKind
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

VOUCHED = personal("who vouches that a site is ready (R82)", "as long as the site is open", "ticked_by")
NAMED = personal("whom to turn to at a site", "as long as the site is open", "who")


class PlaceRow(Base):
    """A place of the tree; its path names all above it."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("place IN ('network', 'organisation', 'region', 'site')", name="place"),)

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    parent: Mapped[str | None] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    place: Mapped[str] = mapped_column(info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    zone: Mapped[str] = mapped_column(info=PUBLIC)
    country: Mapped[str | None] = mapped_column(info=PUBLIC)
    subdivision: Mapped[str | None] = mapped_column(info=PUBLIC)
    languages: Mapped[list[str]] = mapped_column(info=PUBLIC)


class PolicyRow(Base):
    """What a place, a programme or an offering sets itself; `site` is the place whose administrator sets it (R37)."""

    __tablename__ = "policy"
    __table_args__ = (CheckConstraint("kind IN ('place', 'programme', 'offering')", name="kind"), Index(None, "site"))

    kind: Mapped[HolderKind] = mapped_column(Text, primary_key=True, info=PUBLIC)
    name: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    own: Mapped[dict[str, Any]] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)


class ReadinessRow(Base):
    """What somebody looked at before a site's launch and vouches for (R82). `who` is whom the item names.

    `law_of` is the place whose law was a draft when that was accepted; where another law holds, nobody accepted it.
    """

    __tablename__ = "readiness"

    site: Mapped[str] = mapped_column(ForeignKey("place.site"), primary_key=True, info=PUBLIC)
    item: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    ticked_by: Mapped[str] = mapped_column(info=VOUCHED)
    ticked_on: Mapped[date] = mapped_column(info=PUBLIC)
    who: Mapped[str | None] = mapped_column(info=NAMED)
    law_of: Mapped[str | None] = mapped_column(info=PUBLIC)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class CalendarRow(Base):
    """Days at a place and below on which less can be expected (R21); removed ones stay to be told of."""

    __tablename__ = "calendar"
    __table_args__ = (
        CheckConstraint("reason IN ('holiday', 'exam-week', 'internet-shutdown', 'other')", name="reason"),
        CheckConstraint("starts <= ends", name="span"),
        Index(None, "site", "ends"),
    )

    entry: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    starts: Mapped[date] = mapped_column(info=PUBLIC)
    ends: Mapped[date] = mapped_column(info=PUBLIC)
    reason: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    removed_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    removed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class SiteNoteRow(Base):
    """A short text for those who write with people at a place."""

    __tablename__ = "site_note"
    __table_args__ = (Index(None, "site", "note"),)

    note: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    language: Mapped[str] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    until: Mapped[date | None] = mapped_column(info=PUBLIC)
    posted_by: Mapped[str] = mapped_column(info=PUBLIC)
    posted_at: Mapped[datetime] = mapped_column(info=PUBLIC)
