"""The reader's tables."""

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from tests.faults.service import EffectColumns


class Base(DeclarativeBase):
    """Every table of the reader but the platform's."""


class EffectRow(EffectColumns, Base):
    """What was applied here."""

    __tablename__ = "effect"


class TallyCopy(Base):
    """A copy of a tally's newest state."""

    __tablename__ = "tally_copy"

    tally: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int]
    sequence: Mapped[str] = mapped_column(Text)


class TallyStep(Base):
    """Every time a copy changed, in the order it did: its row's lock was held."""

    __tablename__ = "tally_step"

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tally: Mapped[int]
    sequence: Mapped[str] = mapped_column(Text)


class AlarmRow(Base):
    """An alarm by the entry that armed it: armed, cancelled or rung. The cancelling may be heard before the arming."""

    __tablename__ = "alarm"

    entry: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
