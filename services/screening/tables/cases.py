"""Cases, what was found and what was decided."""

from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.cases import Category, Outcome, State
from services.screening.tables.base import Base
from shared.contracts.screening import Notice
from shared.db import PUBLIC, personal

EVIDENCE = personal("deciding about a role", "one year after the clearance ended", "clearance", data_class="criminal")
DECISION = personal("deciding about a role", "one year after the clearance ended", "clearance")
SAFETY = personal(
    "keeping clients and volunteers safe", "as long as the organisation's safety policy says, apart from the rest",
    "clearance",
)  # fmt: skip
"""What speaks of safety is kept apart from what speaks of time or skill (R54)."""

Act = Literal[
    "results", "correction", "settled", "asked-anew", "proposed", "disagreed", "cleared", "declined", "withdrawn",
    "expired", "flagged", "flag-resolved", "limit", "appealed", "appeal-upheld", "appeal-overturned", "renewal",
    "ordered", "reported", "authorised", "noticed", "disputed", "dispute-settled", "final-notice",
    "waiting-list",
]  # fmt: skip
"""What can be done to a case. A decision that needed a second person stands under both names."""


class CaseRow(Base):
    """One application's screening. It waits while its role has not been heard of.

    A case that `follows` another one renews its clearance, or is what an appeal opened; of it `sequence` is ''.

    `required` and `requirements` (steps with reasons, what is forbidden or unsettled) follow from role and place as
    last heard before the decision, and so does whether a `second_person` has to agree. `place_known`: the site was
    heard of; `facts_known`: what intake knows of the person was read; before both nobody is cleared. `validity`: months
    for which a clearance may stand. `asked_ahead`: checks to pass before a limit of activity is crossed. `by_vendor`: a
    vendor was asked for a check. `version` counts what people did, not what was heard: events may come in any order.
    `sequence` is the newest heard of the application. `referred_to`: the organisation a declined mentee was told of.
    `suspended_at`: since when a conduct case stops a clearance for a staff role; shown to nobody.
    """

    __tablename__ = "screening_case"
    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(map(repr, get_args(State)))})", name="state"),
        Index(None, "state", "clearance"),
        Index("screening_case_application_key", "application", unique=True, postgresql_where=text("follows IS NULL")),
        Index(None, "application"),
        Index(None, "follows"),
        Index(None, "person"),
        Index(None, "role", "state"),
        Index(None, "site", "state"),
        Index("screening_case_cleared_offering", "offering", postgresql_where=text("state = 'cleared'")),
    )

    clearance: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    application: Mapped[UUID] = mapped_column(info=PUBLIC)
    follows: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    offering: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[State] = mapped_column(Text, info=PUBLIC)
    risks: Mapped[list[str]] = mapped_column(info=PUBLIC)
    required: Mapped[list[str]] = mapped_column(info=PUBLIC)
    requirements: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", info=PUBLIC)
    asked_ahead: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]", info=PUBLIC)
    place_known: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    second_person: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    by_vendor: Mapped[bool] = mapped_column(server_default="false", info=EVIDENCE)
    facts_known: Mapped[bool] = mapped_column(server_default="false", info=PUBLIC)
    validity: Mapped[int] = mapped_column(server_default=text("12"), info=PUBLIC)
    opened_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(server_default="", info=PUBLIC)
    version: Mapped[int] = mapped_column(server_default="1", info=PUBLIC)
    criterion: Mapped[str | None] = mapped_column(info=DECISION)
    criterion_version: Mapped[int | None] = mapped_column(info=DECISION)
    category: Mapped[Category | None] = mapped_column(Text, info=SAFETY)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    notice: Mapped[Notice | None] = mapped_column(Integer, info=PUBLIC)
    noticed_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    decided_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    decided_by: Mapped[str | None] = mapped_column(info=DECISION)
    referred_to: Mapped[str | None] = mapped_column(info=DECISION)
    agreed_by: Mapped[str | None] = mapped_column(info=DECISION)
    suspended_at: Mapped[datetime | None] = mapped_column(info=SAFETY)
    ended_on: Mapped[date | None] = mapped_column(info=PUBLIC)
    ending_criterion: Mapped[str | None] = mapped_column(info=DECISION)
    ending_version: Mapped[int | None] = mapped_column(info=DECISION)
    ending_category: Mapped[Category | None] = mapped_column(Text, info=SAFETY)

    @property
    def known(self) -> bool:
        """Whether all was heard and read that a clearance depends on."""
        return self.place_known and self.facts_known


class ResultRow(Base):
    """How a check ended. `reference` says where the evidence is; the record itself is never kept (GDPR art. 10).

    Of a certificate the `authority` that gave it and its `number`.
    """

    __tablename__ = "check_result"
    __table_args__ = (CheckConstraint("outcome IN ('passed', 'failed')", name="outcome"),)

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    check_name: Mapped[str] = mapped_column(primary_key=True, info=EVIDENCE)
    outcome: Mapped[Outcome] = mapped_column(Text, info=EVIDENCE)
    valid_until: Mapped[date | None] = mapped_column(info=EVIDENCE)
    reference: Mapped[str | None] = mapped_column(info=EVIDENCE)
    authority: Mapped[str | None] = mapped_column(info=EVIDENCE)
    number: Mapped[str | None] = mapped_column(info=EVIDENCE)
    recorded_by: Mapped[str] = mapped_column(info=EVIDENCE)
    recorded_at: Mapped[datetime] = mapped_column(info=EVIDENCE)


class ActRow(Base):
    """Who did what to a case and when, for the audit; never what was found. A correction changed an earlier outcome.

    `asked-anew`: role or place changed after somebody's work, and with them the checks, by `added` and `removed`.
    """

    __tablename__ = "case_act"
    __table_args__ = (
        CheckConstraint(f"kind IN ({', '.join(map(repr, get_args(Act)))})", name="kind"),
        Index(None, "clearance", "act"),
    )

    act: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    kind: Mapped[Act] = mapped_column(Text, info=PUBLIC)
    actor: Mapped[str] = mapped_column(info=PUBLIC)
    at: Mapped[datetime] = mapped_column(info=PUBLIC)
    added: Mapped[list[str]] = mapped_column(server_default="{}", info=PUBLIC)
    removed: Mapped[list[str]] = mapped_column(server_default="{}", info=PUBLIC)
