"""The network-wide dismissal register, and who looked something up in it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import PUBLIC, personal

DIGEST = personal("not letting a dismissed person begin elsewhere", "at most 5 years", "person", data_class="secret")


class RegisterEntryRow(Base):
    """A keyed digest of who was dismissed, and which organisation to speak to; never a name or a reason."""

    __tablename__ = "register_entry"
    __table_args__ = (
        ForeignKeyConstraint(["case", "person"], ["conduct_named.case", "conduct_named.person"]),
        Index(None, "digest"),
    )

    case: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(primary_key=True, info=DIGEST)
    digest: Mapped[bytes] = mapped_column(info=DIGEST)
    key_check: Mapped[bytes] = mapped_column(info=PUBLIC)
    organisation: Mapped[str] = mapped_column(info=PUBLIC)
    last_day: Mapped[date] = mapped_column(info=PUBLIC)
    entered_by: Mapped[str] = mapped_column(info=PUBLIC)
    entered_at: Mapped[datetime] = mapped_column(info=PUBLIC)


class LookupRow(Base):
    """A screener asked the register about an applicant: who, when, of which application, and whether it knew one."""

    __tablename__ = "register_lookup"
    __table_args__ = (Index(None, "clearance", "lookup"),)

    lookup: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    clearance: Mapped[UUID] = mapped_column(ForeignKey("screening_case.clearance"), info=PUBLIC)
    looked_up_by: Mapped[str] = mapped_column(info=PUBLIC)
    looked_up_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    found: Mapped[bool] = mapped_column(
        info=personal("deciding about a role", "one year after the clearance ended", "clearance", data_class="criminal")
    )
