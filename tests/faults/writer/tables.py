"""The writer's tables."""

from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.faults.service import EffectColumns


class Base(DeclarativeBase):
    """Every table of the writer but the platform's."""


class EntryRow(Base):
    """An entry, as it was committed."""

    __tablename__ = "entry"

    entry: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    tally: Mapped[int]
    mark: Mapped[str] = mapped_column(Text)
    target: Mapped[UUID | None]


class TallyRow(Base):
    """How many entries were written to a tally."""

    __tablename__ = "tally"

    tally: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]


class EffectRow(EffectColumns, Base):
    """What was applied here."""

    __tablename__ = "effect"
