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
    """The event door of one service. `limit` bounds handlers to the pool."""

    service: str
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    committed: Callable[[], None]
    limit: asyncio.Semaphore
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the gate is shut or opened, or a subscriber is paused or goes on; Consumption clears and follows it."""
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    batches: "dict[str, Batch]" = field(default_factory=dict)
    """Of the queues whose handlers take several messages at once."""
    suspects: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one message in hand that may kill the process."""

    def __post_init__(self) -> None:
        self.gate = DatabaseGate(self.sessions, self.changed)

    def subscriber(self, queue: str) -> Subscriber:
        """The state of one queue's subscriber."""
        if queue not in self.subscribers:
            self.subscribers[queue] = Subscriber(queue, self.changed)
        return self.subscribers[queue]

    @property
    def busy(self) -> int:
        """How many messages are in hand."""
        return sum(each.in_hand for each in self.subscribers.values())
