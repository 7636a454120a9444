"""Programmes, roles and offerings."""

from datetime import date
from typing import Any, get_args

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.contracts import RoleKind
from shared.contracts.intake import FurtherRisk, Observability, Risk, RiskFactor, Setting
from shared.db import PUBLIC, personal

ACCEPTED = personal("who answers for a risk that is left (R33)", "as long as the role", "accepted")


def _one_of(names: Any) -> str:
    """A list of names in SQL."""
    return ", ".join(f"'{name}'" for name in names)


RISKS = _one_of((*get_args(RiskFactor), *get_args(FurtherRisk)))


class ProgrammeRow(Base):
    """What is offered at sites; `site` is the place whose administrator owns it."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("type IN ('adult-adult', 'adult-minor', 'peer', 'group')", name="type"),)

    programme: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    name: Mapped[str] = mapped_column(info=PUBLIC)
    type: Mapped[str] = mapped_column(info=PUBLIC)


class RoleRow(Base):
    """A role of the catalogue of a place, with its risk assessment (R31, R33, R34, R36).

    `accepted` says who accepted which risk that is left, until when. After `due_on` it has to be looked at again.
    """

    __tablename__ = "role"
    __table_args__ = (
        CheckConstraint(f"kind IN ({_one_of(RoleKind)})", name="kind"),
        CheckConstraint(f"risks <@ ARRAY[{RISKS}]", name="risks"),
        CheckConstraint("observability IN ('none', 'in-review', 'live')", name="observability"),
        CheckConstraint("setting IN ('online', 'onsite')", name="setting"),
    )

    role: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    kind: Mapped[RoleKind] = mapped_column(Text, info=PUBLIC)
    title: Mapped[str] = mapped_column(info=PUBLIC)
    description: Mapped[str] = mapped_column(info=PUBLIC)
    risks: Mapped[list[Risk]] = mapped_column(ARRAY(Text), info=PUBLIC)
    times_a_month: Mapped[int | None] = mapped_column(info=PUBLIC)
    observability: Mapped[Observability] = mapped_column(Text, server_default="none", info=PUBLIC)
    setting: Mapped[Setting] = mapped_column(Text, server_default="online", info=PUBLIC)
    controls: Mapped[list[str]] = mapped_column(server_default="{}", info=PUBLIC)
    accepted: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", info=ACCEPTED)
    review_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    due_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    weekly_hours: Mapped[float | None] = mapped_column(info=PUBLIC)
    months: Mapped[int | None] = mapped_column(info=PUBLIC)


class OfferingRow(Base):
    """A programme at a site: people apply to it. `document` is what they have to sign."""

    __tablename__ = "offering"
    __table_args__ = (
        CheckConstraint("mentor_reply_hours > 0 AND mentee_reply_hours > 0", name="reply_hours"),
        Index(None, "site", "offering"),
    )

    offering: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    programme: Mapped[str] = mapped_column(ForeignKey("programme.programme"), info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    is_open: Mapped[bool] = mapped_column(info=PUBLIC)
    mentor_reply_hours: Mapped[int] = mapped_column(info=PUBLIC)
    mentee_reply_hours: Mapped[int] = mapped_column(info=PUBLIC)
    document: Mapped[str] = mapped_column(ForeignKey("document.document"), info=PUBLIC)
