"""What people answered to each clause when they signed, and the talks that their questions open (R70, R71)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.clauses import AnswerKind
from services.intake.domain.talks import Outcome
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ANSWERED = personal("talking about a clause (R70, R71)", "as the signature", "signature")
TALKED = personal("what a talk about a clause came to (R71)", "one year after the talk was closed", "person")


class ClauseAnswerRow(Base):
    """What a person answered to a clause when they signed."""

    __tablename__ = "clause_answer"
    __table_args__ = (CheckConstraint("answer IN ('no-question', 'question', 'concern')", name="answer"),)

    signature: Mapped[UUID] = mapped_column(ForeignKey("signature.signature"), primary_key=True, info=PUBLIC)
    clause: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    answer: Mapped[AnswerKind] = mapped_column(Text, info=ANSWERED)
    text: Mapped[str | None] = mapped_column(info=ANSWERED)


class TalkRow(Base):
    """A talk with who signed with a question or a concern: information for screeners, never a rejection (R71)."""

    __tablename__ = "talk"
    __table_args__ = (
        CheckConstraint("outcome IN ('clarified', 'adjusted', 'remains', 'not-reached')", name="outcome"),
        CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)", name="closed"
        ),
        CheckConstraint("(owner IS NULL) = (taken_at IS NULL)", name="owner"),
        Index(None, "site", "talk"),
        Index("talk_open_person", "person", "document", postgresql_where=text("closed_at IS NULL")),
    )

    talk: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    signature: Mapped[UUID] = mapped_column(ForeignKey("signature.signature"), unique=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), info=PUBLIC)
    document: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    opened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    owner: Mapped[str | None] = mapped_column(info=PUBLIC)
    taken_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    outcome: Mapped[Outcome | None] = mapped_column(Text, info=TALKED)
    note: Mapped[str | None] = mapped_column(info=TALKED)
    closed_by: Mapped[str | None] = mapped_column(info=PUBLIC)
    closed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
