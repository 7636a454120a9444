"""People and their profiles."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
)
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

CARD = personal("reaching people and calling them by their name", "until the person is erased", "person")
PROFILE = personal("matching", "until the person is erased", "person")
HELD = personal("not asking twice for what stands (R35)", "one year after it ended", "person", data_class="criminal")
PARTICULARS = personal("finding the law that holds and who agrees (R41)", "until the person is erased", "person")


class PersonRow(Base):
    """A person's address card.

    `email_key` is unique in a network. It is empty where there is no address, and where the person typed one that
    another person has: `duplicate_of` then names that person for the staff, and no mail goes there.
    `mail_chosen`: somebody decided on `may_mail` by hand; an import does not touch it any more.
    `enrolled_by`: the facilitator who enrolled somebody without an e-mail, and acts for them.
    """

    __tablename__ = "person"
    __table_args__ = (Unique("network", "email_key"), Index(None, "site", "person"))

    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    network: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    name_to_use: Mapped[str] = mapped_column(info=CARD)
    full_name: Mapped[str | None] = mapped_column(info=CARD)
    email: Mapped[str | None] = mapped_column(info=CARD)
    email_key: Mapped[str | None] = mapped_column(info=CARD)
    duplicate_of: Mapped[UUID | None] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    language: Mapped[str] = mapped_column(info=CARD)
    zone: Mapped[str] = mapped_column(info=CARD)
    may_mail: Mapped[bool] = mapped_column(info=PUBLIC)
    mail_chosen: Mapped[bool] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
    registered_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    enrolled_by: Mapped[str | None] = mapped_column(info=PUBLIC)


class ProfileRow(Base):
    """What matching needs of a person. Free hours are hours of the local week in `zone`."""

    __tablename__ = "profile"
    __table_args__ = (CheckConstraint("weekly_hours BETWEEN 0.5 AND 40", name="weekly_hours"),)

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    languages: Mapped[list[str]] = mapped_column(info=PROFILE)
    skills: Mapped[list[str]] = mapped_column(info=PROFILE)
    goals: Mapped[list[str]] = mapped_column(info=PROFILE)
    weekly_hours: Mapped[float] = mapped_column(info=PROFILE)
    zone: Mapped[str] = mapped_column(info=PROFILE)
    free_hours: Mapped[list[int]] = mapped_column(info=PROFILE)
    version: Mapped[int] = mapped_column(info=PUBLIC)


class ParticularsRow(Base):
    """What of a person's life the law asks about. `lives_since`: signed for by the person."""

    __tablename__ = "particulars"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    born_on: Mapped[date | None] = mapped_column(info=PARTICULARS)
    lives_in: Mapped[str | None] = mapped_column(info=PARTICULARS)
    lives_since: Mapped[date | None] = mapped_column(info=PARTICULARS)
    version: Mapped[int] = mapped_column(info=PUBLIC)


class HeldClearanceRow(Base):
    """A check that a person passed elsewhere: which, by whom, under what number, until when.

    `own`: this organisation asked for it; some laws take no other one's.
    """

    __tablename__ = "held_clearance"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    check_name: Mapped[str] = mapped_column(primary_key=True, info=HELD)
    authority: Mapped[str] = mapped_column(info=HELD)
    number: Mapped[str] = mapped_column(info=HELD)
    valid_until: Mapped[date] = mapped_column(info=HELD)
    own: Mapped[bool] = mapped_column(info=HELD)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class PrivateReadRow(Base):
    """A service read private data: who, which kind, how many; never what."""

    __tablename__ = "private_read"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('address-cards', 'matching-profiles', 'screening-facts', 'constraints')", name="kind"
        ),
        Index(None, "read_at"),
    )

    read: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    reader: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    asked: Mapped[int] = mapped_column(info=PUBLIC)
    answered: Mapped[int] = mapped_column(info=PUBLIC)
    read_at: Mapped[datetime] = mapped_column(info=PUBLIC)
