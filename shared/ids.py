"""Identifiers made by the application, and the origin that every event and log line carries on."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: sortable by the real time it was made at."""
    return uuid7()


def made_at(identifier: UUID) -> datetime:
    """The real time inside a UUIDv7. Raises ValueError for any other version."""
    if identifier.version != 7:
        raise ValueError(f"{identifier} is not a UUIDv7 and carries no time")
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, tz=UTC)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the work under way comes from: one story's correlation id, and the event that caused this step."""

    correlation_id: UUID
    causation_id: UUID | None = None
    traceparent: str | None = None


origin: ContextVar[Origin | None] = ContextVar("origin", default=None)


def current_origin() -> Origin:
    """The origin bound by the HTTP or event door; a new story where there is none (a timer, a command)."""
    return origin.get() or Origin(correlation_id=new_id())
