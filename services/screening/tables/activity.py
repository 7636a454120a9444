"""How active people are, as far as a law asks more of the more active."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.screening.tables.base import Base
from shared.db import personal

ACTIVITY = personal("asking for what the law asks before a limit of activity is crossed", "400 days", "person")


class ContactDayRow(Base):
    """A day (UTC) on which somebody wrote in a kind of role, and how many messages."""

    __tablename__ = "contact_day"

    person: Mapped[UUID] = mapped_column(primary_key=True, info=ACTIVITY)
    kind: Mapped[str] = mapped_column(primary_key=True, info=ACTIVITY)
    day: Mapped[date] = mapped_column(primary_key=True, info=ACTIVITY)
    messages: Mapped[int] = mapped_column(info=ACTIVITY)
