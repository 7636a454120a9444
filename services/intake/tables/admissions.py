"""What is known of a mentee so that they can be admitted; nobody checks them like a volunteer."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.intake.tables.base import Base
from shared.db import PUBLIC, personal

ADMISSION = personal("admitting a mentee to what can help them", "one year after the person left", "person")
SAFETY = personal(
    "keeping a mentee safe while they take part", "one year after the person left", "person", data_class="special"
)


class AdmissionRow(Base):
    """A mentee's answers to what decides whether a programme is for them, coded needs, and a plan to keep them safe."""

    __tablename__ = "admission"

    person: Mapped[UUID] = mapped_column(ForeignKey("person.person"), primary_key=True, info=PUBLIC)
    eligibility: Mapped[dict[str, Any]] = mapped_column(info=ADMISSION)
    needs: Mapped[list[str]] = mapped_column(info=ADMISSION)
    safety_plan: Mapped[str | None] = mapped_column(info=SAFETY)
    version: Mapped[int] = mapped_column(info=PUBLIC)
