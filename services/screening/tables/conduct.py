"""Conduct cases: whom they name, what happened and what was decided."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.conduct import Kind, Outcome
from services.screening.tables.base import Base
from shared.contracts.messaging import Weight
from shared.db import PUBLIC, personal

_KEPT = "3 years after the conduct case was closed"
SAFEGUARDING = personal("keeping people safe (R57)", _KEPT, "case", data_class="special")
NAMED = personal("keeping people safe (R57)", _KEPT, "person", data_class="special")

EntryKind = Literal[
    "opened", "named", "weighed", "cited", "handler", "note", "talk", "evidence", "left", "reply",
    "coach", "warn", "restrict", "suspend", "dismiss", "refer", "ended", "report", "acknowledged", "registered",
    "unregistered", "closed",
]  # fmt: skip
"""What can happen in a conduct case."""


def _one_of(column: str, *names: str) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class ConductCaseRow(Base):
    """A concern, or something seen by staff, that is looked into. Not an application's screening (CaseRow).

    `members` are all of the concern's pair: none of them deals with it. `frozen` is who may not write while it stands,
    as it was last told. `version` counts what people did.
    """

    __tablename__ = "conduct_case"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint(_one_of("weight", "talk", "harm", "emergency"), name="weight"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index(None, "site", "state"),
        Index(None, "other_site", "state"),
        Index(None, "handler"),
    )

    case: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    concern: Mapped[UUID | None] = mapped_column(unique=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    other_site: Mapped[str | None] = mapped_column(info=PUBLIC)
    about_staff: Mapped[bool] = mapped_column(info=SAFEGUARDING)
    members: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), info=SAFEGUARDING)
    weight: Mapped[Weight] = mapped_column(Text, info=PUBLIC)
    weighed_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    clause: Mapped[int | None] = mapped_column(info=SAFEGUARDING)
    clause_version: Mapped[str | None] = mapped_column(info=SAFEGUARDING)
    state: Mapped[Literal["open", "closed"]] = mapped_column(Text, info=PUBLIC)
    handler: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    frozen: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), info=SAFEGUARDING)
    opened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    told_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    closed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    outcome: Mapped[Outcome | None] = mapped_column(Text, info=SAFEGUARDING)
    version: Mapped[int] = mapped_column(server_default="1", info=PUBLIC)


class NamedRow(Base):
    """Somebody whom a conduct case is about; they never see it."""

    __tablename__ = "conduct_named"
    __table_args__ = (Index(None, "person"),)

    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(primary_key=True, info=NAMED)


class EntryRow(Base):
    """One line of a conduct case's timeline: who, when, what. Never changed, never taken out."""

    __tablename__ = "conduct_entry"
    __table_args__ = (Index(None, "case", "entry"),)

    entry: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), info=PUBLIC)
    kind: Mapped[EntryKind] = mapped_column(Text, info=SAFEGUARDING)
    actor: Mapped[str] = mapped_column(info=PUBLIC)
    at: Mapped[datetime] = mapped_column(info=PUBLIC)
    person: Mapped[UUID | None] = mapped_column(info=SAFEGUARDING)
    text: Mapped[str | None] = mapped_column(info=SAFEGUARDING)


class MeasureRow(Base):
    """What was done about a person's conduct, by which clause, by whom, until when and where."""

    __tablename__ = "conduct_measure"
    __table_args__ = (
        CheckConstraint(_one_of("kind", "coach", "warn", "restrict", "suspend", "dismiss", "refer"), name="kind"),
        Index(None, "case", "measure"),
        Index(None, "person"),
    )

    measure: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=NAMED)
    kind: Mapped[Kind] = mapped_column(Text, info=NAMED)
    clause: Mapped[int] = mapped_column(info=NAMED)
    clause_version: Mapped[str] = mapped_column(info=NAMED)
    scope: Mapped[str] = mapped_column(info=NAMED)
    decided_by: Mapped[str] = mapped_column(info=NAMED)
    decided_at: Mapped[datetime] = mapped_column(info=NAMED)
    until: Mapped[datetime | None] = mapped_column(info=NAMED)
    ended_at: Mapped[datetime | None] = mapped_column(info=NAMED)


class ReplyRow(Base):
    """The right of reply: what a person says to it, or the day by which they did not answer."""

    __tablename__ = "conduct_reply"
    __table_args__ = (
        CheckConstraint("(said IS NULL) <> (no_answer_by IS NULL)", name="one"),
        Index(None, "case", "reply"),
    )

    reply: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    case: Mapped[UUID] = mapped_column(ForeignKey("conduct_case.case"), info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=NAMED)
    said: Mapped[str | None] = mapped_column(info=NAMED)
    no_answer_by: Mapped[date | None] = mapped_column(info=NAMED)
    recorded_by: Mapped[str] = mapped_column(info=NAMED)
    recorded_at: Mapped[datetime] = mapped_column(info=NAMED)
