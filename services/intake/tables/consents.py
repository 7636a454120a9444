"""Texts of consents, consents, and the words of which they are made."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.consents import Giver, Method, State
from services.intake.tables.base import Base
from shared.contracts.intake import ConsentPurpose
from shared.db import PUBLIC, personal

AGREED = personal("proof of who agreed to what", "3 years after the person left", "consent")


class ConsentTextRow(Base):
    """What people agree to at a place and below, in one language; never changed once published."""

    __tablename__ = "consent_text"

    site: Mapped[str] = mapped_column(ForeignKey("place.site"), primary_key=True, info=PUBLIC)
    purpose: Mapped[ConsentPurpose] = mapped_column(Text, primary_key=True, info=PUBLIC)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info=PUBLIC)
    language: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    text: Mapped[str] = mapped_column(info=PUBLIC)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    published_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ConsentRow(Base):
    """One consent for each person and purpose, as it was last told. It waits until it stands for the first time."""

    __tablename__ = "consent"
    __table_args__ = (
        Unique("person", "purpose"),
        CheckConstraint("state IN ('waiting', 'given', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'withdrawn') = (ended_on IS NOT NULL)", name="ended"),
    )

    consent: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    purpose: Mapped[ConsentPurpose] = mapped_column(Text, info=PUBLIC)
    state: Mapped[State] = mapped_column(Text, info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    ended_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    changed_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ConsentWordRow(Base):
    """That somebody agreed, how that is known, to which text, and until when it counts.

    `alone`: the law let the person decide without a guardian. `guardian`: whose word it is, where not their own.
    """

    __tablename__ = "consent_word"
    __table_args__ = (
        ForeignKeyConstraint(
            ["text_site", "purpose", "text_version", "text_language"],
            ["consent_text.site", "consent_text.purpose", "consent_text.version", "consent_text.language"],
            name="consent_word_text_fkey",
        ),
        CheckConstraint("(giver = 'guardian') = (guardian IS NOT NULL)", name="giver"),
        CheckConstraint("NOT alone OR giver = 'self'", name="alone"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index(None, "consent", "word"),
    )

    word: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    consent: Mapped[UUID] = mapped_column(ForeignKey("consent.consent"), info=PUBLIC)
    purpose: Mapped[ConsentPurpose] = mapped_column(Text, info=PUBLIC)
    giver: Mapped[Giver] = mapped_column(Text, info=AGREED)
    guardian: Mapped[UUID | None] = mapped_column(info=AGREED)
    alone: Mapped[bool] = mapped_column(info=AGREED)
    method: Mapped[Method] = mapped_column(Text, info=AGREED)
    holder: Mapped[str | None] = mapped_column(info=AGREED)
    given_on: Mapped[date] = mapped_column(info=AGREED)
    expires_on: Mapped[date | None] = mapped_column(info=AGREED)
    text_site: Mapped[str] = mapped_column(info=PUBLIC)
    text_version: Mapped[int] = mapped_column(info=PUBLIC)
    text_language: Mapped[str] = mapped_column(info=PUBLIC)
    sha256: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_by: Mapped[str] = mapped_column(info=PUBLIC)
    recorded_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    withdrawn_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    withdrawn_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    withdrawn_how: Mapped[Method | None] = mapped_column(Text, info=AGREED)


class ComingOfAgeRow(Base):
    """Who came of age and was told of, so that the fact is told once."""

    __tablename__ = "coming_of_age"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    told_at: Mapped[datetime] = mapped_column(info=PUBLIC)
