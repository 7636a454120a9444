"""Orders to vendors, and what comes before a refusal that rests on their reports."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.domain.adverse_action import Authorised, DisputeOutcome, Sent
from services.screening.domain.vendors import OrderState, Report, VendorOutcome
from services.screening.tables.base import Base
from services.screening.tables.cases import EVIDENCE
from shared.db import PUBLIC, personal

INVITATION = personal(
    "giving the vendor one's details oneself", "until the report came", "clearance", data_class="secret"
)
LETTERS = personal("fair notice before a refusal", "one year after the case was decided", "clearance")


class VendorOrderRow(Base):
    """A check that a vendor was asked for. Of its report three facts are kept, never the record (GDPR art. 10).

    `due`: the vendor is to be called now. `tries`: calls in this state that brought nothing. `invitation`: where the
    person gives the vendor their details.
    """

    __tablename__ = "vendor_order"
    __table_args__ = (
        CheckConstraint("state IN ('to-send', 'sent', 'reported', 'stalled', 'dropped')", name="state"),
        CheckConstraint("outcome IN ('clear', 'review', 'impossible')", name="outcome"),
        Index(None, "clearance"),
        Index("vendor_order_due", "order", postgresql_where=text("due")),
    )

    order: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    check_name: Mapped[str] = mapped_column(info=EVIDENCE)
    state: Mapped[OrderState] = mapped_column(Text, info=PUBLIC)
    due: Mapped[bool] = mapped_column(info=PUBLIC)
    tries: Mapped[int] = mapped_column(info=PUBLIC)
    invitation: Mapped[str | None] = mapped_column(info=INVITATION)
    outcome: Mapped[VendorOutcome | None] = mapped_column(Text, info=EVIDENCE)
    reference: Mapped[str | None] = mapped_column(info=EVIDENCE)
    reported_on: Mapped[date | None] = mapped_column(info=EVIDENCE)
    reported_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    ordered_by: Mapped[str] = mapped_column(info=PUBLIC)
    ordered_at: Mapped[datetime] = mapped_column(info=PUBLIC)

    @property
    def report(self) -> Report | None:
        """What the vendor said, once it did."""
        if self.outcome is None or self.reported_on is None:
            return None
        return Report(self.outcome, self.reference or "", self.reported_on)


class AdverseActionRow(Base):
    """What was done before a refusal that rests on a report: who did it, when, and how it reached the person.

    `days_left` business days are to pass from `counting_from`, which is empty while a dispute stands.
    """

    __tablename__ = "adverse_action"

    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), primary_key=True, info=PUBLIC)
    texts_version: Mapped[int] = mapped_column(info=PUBLIC)
    authorised_at: Mapped[datetime | None] = mapped_column(info=LETTERS)
    authorised_by: Mapped[str | None] = mapped_column(info=LETTERS)
    authorised_how: Mapped[Authorised | None] = mapped_column(Text, info=LETTERS)
    noticed_at: Mapped[datetime | None] = mapped_column(info=LETTERS)
    noticed_by: Mapped[str | None] = mapped_column(info=LETTERS)
    noticed_how: Mapped[Sent | None] = mapped_column(Text, info=LETTERS)
    days_left: Mapped[int] = mapped_column(info=PUBLIC)
    counting_from: Mapped[date | None] = mapped_column(info=PUBLIC)
    disputed_at: Mapped[datetime | None] = mapped_column(info=LETTERS)
    disputed_by: Mapped[str | None] = mapped_column(info=LETTERS)
    settled_at: Mapped[datetime | None] = mapped_column(info=LETTERS)
    settled_by: Mapped[str | None] = mapped_column(info=LETTERS)
    dispute_outcome: Mapped[DisputeOutcome | None] = mapped_column(Text, info=LETTERS)
    finished_at: Mapped[datetime | None] = mapped_column(info=LETTERS)
    finished_by: Mapped[str | None] = mapped_column(info=LETTERS)
    finished_how: Mapped[Sent | None] = mapped_column(Text, info=LETTERS)
