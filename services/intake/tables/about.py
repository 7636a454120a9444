"""What people say of themselves beyond skills and hours, what they must be spared, and whom they know already."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.relationships import Part
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ABOUT = personal(
    "finding somebody who fits, and writing as they like it (R2, R17)", "until the person is erased", "person"
)
WISHES = personal(
    "pairing nobody in a way they asked not to be (R20)", "until the person is erased", "person", data_class="special"
)
ADJUSTMENTS = personal("making taking part possible", "until the person is erased", "person", data_class="special")
LIMITS = personal("doing nothing that endangers the person (R19)", "until the person is erased", "person")
NAMED = personal(
    "knowing who is meant until both have said so (R1)", "until it is confirmed or withdrawn", "other_email"
)


class AboutRow(Base):
    """What a person says of themself, in codes. `levels` by language, `countries` by country."""

    __tablename__ = "about"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    levels: Mapped[dict[str, Any]] = mapped_column(info=ABOUT)
    countries: Mapped[dict[str, Any]] = mapped_column(info=ABOUT)
    style: Mapped[dict[str, Any]] = mapped_column(info=ABOUT)
    dislikes: Mapped[list[str]] = mapped_column(info=ABOUT)
    wishes: Mapped[list[str]] = mapped_column(info=WISHES)
    adjustments: Mapped[list[str]] = mapped_column(info=ADJUSTMENTS)
    version: Mapped[int] = mapped_column(info=PUBLIC)


class WishListRow(Base):
    """The wishes that a place offers: texts by code and language (R20)."""

    __tablename__ = "wish_list"

    site: Mapped[str] = mapped_column(ForeignKey("place.site"), primary_key=True, info=PUBLIC)
    wishes: Mapped[dict[str, Any]] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)


class ConstraintsRow(Base):
    """What is and is not possible for a person (R19). None: nothing was said about it.

    Safe hours are hours of the local week in the zone of the person's card.
    """

    __tablename__ = "constraints"
    __table_args__ = (CheckConstraint("safe_hours <> '{}'", name="safe_hours"),)

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    safe_hours: Mapped[list[int] | None] = mapped_column(info=LIMITS)
    forbidden_channels: Mapped[list[str]] = mapped_column(info=LIMITS)
    may_know: Mapped[list[str] | None] = mapped_column(info=LIMITS)
    no_photos: Mapped[bool] = mapped_column(info=LIMITS)
    version: Mapped[int] = mapped_column(info=PUBLIC)
    changed_by: Mapped[str] = mapped_column(info=PUBLIC)
    changed_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class RelationshipRow(Base):
    """A person's word that they know somebody already, in which part (R1).

    The other one is named by id or by e-mail, whether or not there is such a person; it is no reference, so that
    storing it tells nothing. `confirmed_at`: the other one said the same. `vouched_at`: staff know it.
    """

    __tablename__ = "relationship"
    __table_args__ = (
        CheckConstraint("part IN ('mentor', 'mentee')", name="part"),
        CheckConstraint("other <> person", name="two_people"),
        CheckConstraint("withdrawn_at IS NOT NULL OR (other IS NULL) <> (other_email IS NULL)", name="named"),
        CheckConstraint("(vouched_at IS NULL) = (vouched_by IS NULL)", name="vouched"),
        Index(None, "person", "relationship"),
        Index(None, "other"),
        Index(None, "other_email"),
    )

    relationship: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    part: Mapped[Part] = mapped_column(Text, info=PUBLIC)
    other: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    other_email: Mapped[str | None] = mapped_column(info=NAMED)
    claimed_by: Mapped[str] = mapped_column(info=PUBLIC)
    claimed_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    confirmed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    vouched_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    vouched_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
