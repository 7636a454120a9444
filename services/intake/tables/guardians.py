"""Guardians of children."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.domain.guardians import GuardianKind, VerifiedHow
from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

CARD = personal("reaching a child's guardian", "until the child came of age or is erased", "guardian")
FAMILY = personal(
    "knowing who answers for a child, and who must not hear of one", "as long as the child's card", "person"
)


class GuardianCardRow(Base):
    """A guardian who takes no part themself and so has no address card: the least that reaches them."""

    __tablename__ = "guardian_card"

    guardian: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    site: Mapped[str] = mapped_column(ForeignKey("place.site"), info=PUBLIC)
    name: Mapped[str] = mapped_column(info=CARD)
    email: Mapped[str | None] = mapped_column(info=CARD)
    phone: Mapped[str | None] = mapped_column(info=CARD)


class GuardianRow(Base):
    """Somebody is a guardian of a child, and what that lets them do. `no_contact`: never shown to, told or asked.

    `guardian` is the id that their own token names: a person's, or that of a minimal card.
    """

    __tablename__ = "guardian"
    __table_args__ = (
        CheckConstraint("kind IN ('parent', 'legal-guardian', 'institution')", name="kind"),
        CheckConstraint("NOT (no_contact AND (may_consent OR may_be_told))", name="no_contact"),
        CheckConstraint(
            "(verified_on IS NULL) = (verified_by IS NULL) AND (verified_on IS NULL) = (verified_how IS NULL)",
            name="verified",
        ),
        CheckConstraint("guardian <> person", name="somebody_else"),
        Index(None, "guardian"),
    )

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    guardian: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    kind: Mapped[GuardianKind] = mapped_column(Text, info=FAMILY)
    may_consent: Mapped[bool] = mapped_column(info=FAMILY)
    may_be_told: Mapped[bool] = mapped_column(info=FAMILY)
    no_contact: Mapped[bool] = mapped_column(info=FAMILY)
    verified_how: Mapped[VerifiedHow | None] = mapped_column(Text, info=FAMILY)
    verified_on: Mapped[date | None] = mapped_column(info=FAMILY)
    verified_by: Mapped[str | None] = mapped_column(info=FAMILY)
    added_by: Mapped[str] = mapped_column(info=PUBLIC)
    version: Mapped[int] = mapped_column(info=PUBLIC)
