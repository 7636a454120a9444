"""What the way of a message through one service shares: its database, its limits, and what is under way."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.clock import Clock
from shared.messaging.gate import DatabaseGate
from shared.messaging.pauses import Subscriber

if TYPE_CHECKING:
    from shared.messaging.batches import Batch


@dataclass
class Door:
    """The event door of one service. `busy` counts messages in hand; `limit` bounds handlers to the pool."""

    service: str
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    committed: Callable[[], None]
    gate: DatabaseGate
    limit: asyncio.Semaphore
    busy: int = field(default=0)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    batches: "dict[str, Batch]" = field(default_factory=dict)
    """Of the queues whose handlers take several messages at once."""
    suspects: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one message in hand that may kill the process."""

    def subscriber(self, queue: str) -> Subscriber:
        """The state of one queue's subscriber."""
        return self.subscribers.setdefault(queue, Subscriber(queue))
