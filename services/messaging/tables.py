"""The tables of messaging's database."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.contracts.messaging import Weight
from shared.db import PUBLIC, personal

MESSAGE_TEXT = personal("the pair's conversation", "until the pair's archive is deleted", "sender")
KEPT_TEXT = personal("not losing what was written while all stood still", "until it is sent or thrown away", "sender")
FROZEN = personal("keeping people safe (R57)", "until the conduct case is closed", "frozen", data_class="special")
CONCERN = personal("keeping people safe (R32)", "as long as its conduct case", "about", data_class="special")
NOTE = personal("telling the partner of an absence", "until 90 days after the absence", "person")


class Base(DeclarativeBase):
    """Every table of this database but the platform's."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map = {datetime: DateTime(timezone=True), date: Date, str: Text, list[UUID]: ARRAY(Uuid)}


class ConversationRow(Base):
    """A pair's conversation, as matching told of the pair. `messages` counts them and numbers the next."""

    __tablename__ = "conversation"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        Index(None, "site", "pair"),
    )

    pair: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    other_site: Mapped[str | None] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    closed_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    messages: Mapped[int] = mapped_column(server_default="0", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class MemberRow(Base):
    """A person's part in a pair. `read_up_to` is the number of the last message they have been shown."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint("role IN ('mentor', 'mentee', 'facilitator')", name="role"),
        Index(None, "person", "pair"),
    )

    pair: Mapped[UUID] = mapped_column(ForeignKey("conversation.pair"), primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    read_up_to: Mapped[int] = mapped_column(server_default="0", info=PUBLIC)


class MessageRow(Base):
    """A message, readable to all members since `sent_at`. Its text never leaves this database but through the API."""

    __tablename__ = "message"
    __table_args__ = (UniqueConstraint("pair", "number"),)

    message: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    pair: Mapped[UUID] = mapped_column(ForeignKey("conversation.pair"), info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    sender: Mapped[UUID] = mapped_column(info=PUBLIC)
    sender_role: Mapped[str] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=MESSAGE_TEXT)
    answer_needed: Mapped[bool] = mapped_column(info=PUBLIC)
    in_reply_to: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    sent_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class KeptMessageRow(Base):
    """What a member wrote while the line was stopped: theirs alone, until they send it or throw it away."""

    __tablename__ = "kept_message"
    __table_args__ = (Index(None, "pair", "sender", "message"),)

    message: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    pair: Mapped[UUID] = mapped_column(ForeignKey("conversation.pair"), info=PUBLIC)
    sender: Mapped[UUID] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=KEPT_TEXT)
    answer_needed: Mapped[bool] = mapped_column(info=PUBLIC)
    in_reply_to: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    kept_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class DebtRow(Base):
    """An answer that one member owes another. `overdue_at` is set once, when reply.overdue was said."""

    __tablename__ = "debt"
    __table_args__ = (
        CheckConstraint("settlement IN ('answered', 'acknowledged', 'waived', 'closed')", name="settlement"),
        CheckConstraint("(settled_at IS NULL) = (settlement IS NULL)", name="settled"),
        Index("debt_one_open", "pair", "debtor", "creditor", unique=True, postgresql_where=text("settled_at IS NULL")),
        Index("debt_open_debtor", "debtor", postgresql_where=text("settled_at IS NULL")),
        Index(None, "pair", "debt"),
    )

    debt: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    pair: Mapped[UUID] = mapped_column(ForeignKey("conversation.pair"), info=PUBLIC)
    debtor: Mapped[UUID] = mapped_column(info=PUBLIC)
    debtor_role: Mapped[str] = mapped_column(info=PUBLIC)
    creditor: Mapped[UUID] = mapped_column(info=PUBLIC)
    message: Mapped[UUID] = mapped_column(info=PUBLIC)
    since: Mapped[datetime] = mapped_column(info=PUBLIC)
    due_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    overdue_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    settled_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    settlement: Mapped[str | None] = mapped_column(info=PUBLIC)


class AwayNoticeRow(Base):
    """A person will be offline for a time. `ended_at` is set once, when away.ended was said."""

    __tablename__ = "away_notice"
    __table_args__ = (
        CheckConstraint("starts < ends", name="order"),
        Index(None, "person", "starts"),
        Index(None, "site", "away"),
    )

    away: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    starts: Mapped[datetime] = mapped_column(info=PUBLIC)
    ends: Mapped[datetime] = mapped_column(info=PUBLIC)
    note: Mapped[str | None] = mapped_column(info=NOTE)
    announced_by: Mapped[str] = mapped_column(info=PUBLIC)
    announced_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    ended_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class ReadingRow(Base):
    """A member of staff read messages: who, which conversation, when, for what purpose, and how many."""

    __tablename__ = "reading"
    __table_args__ = (Index(None, "pair", "read_at"),)

    reading: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    reader: Mapped[str] = mapped_column(info=PUBLIC)
    pair: Mapped[UUID] = mapped_column(ForeignKey("conversation.pair"), info=PUBLIC)
    read_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    purpose: Mapped[str] = mapped_column(info=PUBLIC)
    messages: Mapped[int] = mapped_column(info=PUBLIC)


class ClearanceRow(Base):
    """What screening last said of a clearance; the newest sequence stands, whatever came first."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="state"),
        Index(None, "person"),
    )

    clearance: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class AgreementRow(Base):
    """The newest version of a conduct document that a person signed, as intake told it. `agreement`: the two ids."""

    __tablename__ = "agreement"

    agreement: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    document_version: Mapped[str] = mapped_column(info=PUBLIC)
    number: Mapped[int] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ConsentRow(Base):
    """What intake last told of a consent without which nobody takes part. Who gave it is not known here."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("purpose IN ('take-part', 'data')", name="purpose"),
        CheckConstraint("state IN ('given', 'withdrawn')", name="state"),
        Index(None, "person"),
    )

    consent: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    purpose: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ReplyLimitRow(Base):
    """The reply limits of an offering, what has to be signed there, and when it was stopped, as intake told them."""

    __tablename__ = "reply_limit"

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    mentor_hours: Mapped[int] = mapped_column(info=PUBLIC)
    mentee_hours: Mapped[int] = mapped_column(info=PUBLIC)
    agreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=PUBLIC)
    stops: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class ConcernRow(Base):
    """What somebody is concerned about; its text has its one home here. `raised_by` is None of an anonymous one."""

    __tablename__ = "concern"
    __table_args__ = (CheckConstraint("weight IN ('talk', 'harm', 'emergency')", name="weight"),)

    concern: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    pair: Mapped[UUID | None] = mapped_column(ForeignKey("conversation.pair"), info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    other_site: Mapped[str | None] = mapped_column(info=PUBLIC)
    raised_by: Mapped[str | None] = mapped_column(info=CONCERN)
    about: Mapped[list[UUID]] = mapped_column(info=CONCERN)
    about_staff: Mapped[bool] = mapped_column(info=CONCERN)
    weight: Mapped[Weight] = mapped_column(Text, info=PUBLIC)
    clause: Mapped[int | None] = mapped_column(info=PUBLIC)
    text: Mapped[str] = mapped_column(info=CONCERN)
    raised_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ConcernReadingRow(Base):
    """Who of the staff read a concern, and when."""

    __tablename__ = "concern_reading"
    __table_args__ = (Index(None, "concern", "read_at"),)

    reading: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    concern: Mapped[UUID] = mapped_column(ForeignKey("concern.concern"), info=PUBLIC)
    reader: Mapped[str] = mapped_column(info=PUBLIC)
    read_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class ConductCaseRow(Base):
    """What screening last said of a conduct case: who may not write while it stands, and who handles it."""

    __tablename__ = "conduct_case"
    __table_args__ = (Index(None, "frozen", postgresql_using="gin"), Index(None, "concern"))

    case: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    concern: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    handler: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    frozen: Mapped[list[UUID]] = mapped_column(info=FROZEN)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
