"""What the two services of the experiments share: settings, tables for effects, and no migrations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import BigInteger, Identity, Text, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.contracts import Envelope
from shared.service import Service
from shared.settings import ServiceSettings


class FaultSettings(ServiceSettings):
    """The settings of every service; the port is always given."""

    port: int = Field(ge=1, le=65535)


class FaultService(Service):
    """A service whose tables the experiments make themselves."""

    async def _wait_for_schema(self) -> None:
        return None


class EffectColumns:
    """One row for each time an event was applied; nothing is unique, so that a second time is seen."""

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    handler: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    event_id: Mapped[UUID]
    sequence: Mapped[str] = mapped_column(Text)


async def note_effect(session: AsyncSession, table: Any, handler: str, key: object, heard: Envelope) -> None:
    """Write down that an event was applied."""
    await note_effects(session, table, handler, [(key, heard)])


async def note_effects(
    session: AsyncSession, table: Any, handler: str, applied: Sequence[tuple[object, Envelope]]
) -> None:
    """Write down that events were applied."""
    rows = [
        {"handler": handler, "key": str(key), "event_id": heard.id, "sequence": heard.sequence}
        for key, heard in applied
    ]
    await session.execute(insert(table), rows)
