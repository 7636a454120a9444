"""Copies of what intake owns."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.contracts.intake import Tier
from shared.db import PUBLIC, personal

FACTS = personal("finding the law that holds (R41)", "one year after the last case was decided", "person")
HELD = personal(
    "not asking twice for what stands (R35)", "one year after the last case was decided", "person",
    data_class="criminal",
)  # fmt: skip
FAMILY = personal("telling who may be told about a mentee", "one year after the last case was decided", "person")

FactsState = Literal["stale", "read", "absent"]


class RoleRow(Base):
    """A copy of a role of intake's catalogue."""

    __tablename__ = "role"

    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    risks: Mapped[list[str]] = mapped_column(info=PUBLIC)
    times_a_month: Mapped[int | None] = mapped_column(info=PUBLIC)
    tier: Mapped[Tier | None] = mapped_column(Text, info=PUBLIC)
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
    """A copy of a place: of what kind, whose law holds there, and whether somebody accepted that it is a draft."""

    __tablename__ = "place"

    site: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    kind: Mapped[str | None] = mapped_column(info=PUBLIC)
    law_of: Mapped[str | None] = mapped_column(info=PUBLIC)
    draft_accepted: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class OfferingRow(Base):
    """A copy of an offering: the policy in force there and what has to be signed; None: told before there were any.

    `is_stopped`: the line stands still there.
    """

    __tablename__ = "offering"
    __table_args__ = (Index(None, "document"),)

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    programme_type: Mapped[str | None] = mapped_column(info=PUBLIC)
    policy: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=PUBLIC)
    document: Mapped[str | None] = mapped_column(info=PUBLIC)
    agreement: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=PUBLIC)
    is_stopped: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)


class FactsRow(Base):
    """What intake knows of a person that the law asks about; read when a case needs it.

    `stale`: to be read; `absent`: intake does not know the person. From the day `until` on they count no longer.
    `guardians` and `enrolled_by` may be told what the person is told; `hears_anew`: somebody may have come to them.
    """

    __tablename__ = "person_facts"
    __table_args__ = (
        CheckConstraint("state IN ('stale', 'read', 'absent')", name="state"),
        Index("person_facts_to_read", "person", postgresql_where=text("state = 'stale'")),
        Index("person_facts_hears_anew", "person", postgresql_where=text("hears_anew")),
    )

    person: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    state: Mapped[FactsState] = mapped_column(Text, info=PUBLIC)
    age: Mapped[int | None] = mapped_column(info=FACTS)
    lives_in: Mapped[str | None] = mapped_column(info=FACTS)
    resident: Mapped[int | None] = mapped_column(info=FACTS)
    held: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", info=HELD)
    guardians: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default="{}", info=FAMILY)
    enrolled_by: Mapped[UUID | None] = mapped_column(info=FAMILY)
    hears_anew: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
