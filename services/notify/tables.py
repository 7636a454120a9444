"""The tables of notify's database. Addresses, names and texts are in none of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, MetaData, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.db import PUBLIC, personal

HELD = personal("writing to nobody at an hour that is not safe (R19)", "until the mail goes out", "person")
DECIDED_BY = personal("who answers for a mail sent again", "as its row", "resolved_by")


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
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text}


class CauseRow(Base):
    """What mails are about, by the subject of its events. `is_over` once its ending was heard, in whatever order."""

    __tablename__ = "cause"

    cause: Mapped[str] = mapped_column(primary_key=True, info=PUBLIC)
    is_over: Mapped[bool] = mapped_column(info=PUBLIC)


class MailRow(Base):
    """One mail to one person. `caused_at`, `tried_at`, `sent_at`, `held_until` are domain time; leases are real.

    `claim` names the batch that has the row in hand until `lease_until`.
    """

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("cause", "person", "kind"),
        CheckConstraint(
            "kind IN ('application-received', 'cleared', 'admitted', 'matched', 'message-waiting', 'reply-overdue')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'unknown', 'refused', 'suppressed', 'no-address', 'superseded')",
            name="state",
        ),
        CheckConstraint("resolution IN ('sent', 'retry')", name="resolution"),
        CheckConstraint("state <> 'sending' OR (claim IS NOT NULL AND lease_until IS NOT NULL)", name="lease"),
        Index(None, "site", "caused_at", "mail"),
        Index(None, "person", "caused_at", "mail"),
        Index("mail_waiting", "caused_at", "mail", postgresql_where=text("state = 'waiting'")),
        Index("mail_sending", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("mail_unknown", "caused_at", "mail", postgresql_where=text("state = 'unknown'")),
    )

    mail: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    cause: Mapped[str] = mapped_column(ForeignKey("cause.cause"), info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    kind: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    other_site: Mapped[str | None] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    caused_at: Mapped[datetime] = mapped_column(info=PUBLIC)
    attempts: Mapped[int] = mapped_column(server_default="0", info=PUBLIC)
    smtp_code: Mapped[int | None] = mapped_column(info=PUBLIC)
    tried_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    sent_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    retry_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    held_until: Mapped[datetime | None] = mapped_column(info=HELD)
    claim: Mapped[UUID | None] = mapped_column(info=PUBLIC)
    lease_until: Mapped[datetime | None] = mapped_column(info=PUBLIC)
    resolution: Mapped[str | None] = mapped_column(info=PUBLIC)
    resolved_by: Mapped[str | None] = mapped_column(info=DECIDED_BY)
    resolved_at: Mapped[datetime | None] = mapped_column(info=PUBLIC)


class ClearanceRow(Base):
    """What screening last said of a clearance for a staff role; the newest sequence stands, whatever came first."""

    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="state"),
        Index(None, "person"),
    )

    clearance: Mapped[UUID] = mapped_column(primary_key=True, info=PUBLIC)
    person: Mapped[UUID] = mapped_column(info=PUBLIC)
    role: Mapped[str] = mapped_column(info=PUBLIC)
    site: Mapped[str] = mapped_column(info=PUBLIC)
    state: Mapped[str] = mapped_column(info=PUBLIC)
    valid_until: Mapped[date | None] = mapped_column(info=PUBLIC)
    sequence: Mapped[str] = mapped_column(info=PUBLIC)
