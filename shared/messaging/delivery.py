"""One message on its way through the middlewares: what was read of it, and what became of it."""

import asyncio
import math
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from faststream.message import StreamMessage
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.clock import Clock
from shared.contracts import Envelope, Event
from shared.contracts.envelope import Undecodable
from shared.contracts.envelope import decode as decode_envelope
from shared.deadletters import REPLAY_HEADER
from shared.messaging.attempts import SUSPECT_AFTER

Message = StreamMessage[Any]
Outcome = Literal["applied", "duplicate", "dead", "requeued", "rejected", "cancelled"]
"""What became of a message. Requeued and cancelled ones come again; a rejected one, which met a fault of the
middlewares themselves, goes to the service's dead queue."""
HELD_SECONDS = 25 * 60.0
"""Longest time a message is held: RabbitMQ closes the channel of a consumer that keeps one for 30 minutes."""


@dataclass
class Delivery:
    """A message in a handler's queue. `envelope` is None where it could not be read; `fault` says why.

    A `suspect` was redelivered so often that it may kill the process. `session` and `clock` are set for the handler.
    At `held_until`, a time of the loop, it goes back to the broker.
    """

    queue: str
    envelope: Envelope | None = None
    fault: Undecodable | None = None
    outcome: Outcome = "applied"
    attempts: int = 0
    suspect: bool = False
    replayed: bool = False
    held_until: float = math.inf
    session: AsyncSession | None = None
    clock: Clock | None = None

    @property
    def is_ordinary(self) -> bool:
        """Whether nothing about it needs a closer look: neither a suspect nor a replay, nor too old to be known."""
        if self.suspect or self.replayed or self.envelope is None:
            return False
        return not inbox.is_too_old(self.envelope.id)

    @property
    def heard(self) -> Envelope | None:
        """The envelope, as handlers call it."""
        return self.envelope


current: ContextVar[Delivery] = ContextVar("delivery")


def read(queue: str, message: Message) -> Delivery:
    """Read a message's envelope; a fault is kept for the middleware that buries the message."""
    redeliveries = message.headers.get("x-delivery-count")  # of a quorum queue; anybody may send any header
    suspect = isinstance(redeliveries, int) and redeliveries >= SUSPECT_AFTER
    delivery = Delivery(queue, suspect=suspect, replayed=REPLAY_HEADER in message.headers)
    delivery.held_until = asyncio.get_running_loop().time() + HELD_SECONDS
    try:
        delivery.envelope = decode_envelope(message.body, dict(message.headers), message.content_type)
    except Undecodable as fault:
        delivery.fault = fault
    return delivery


async def decode(message: Message) -> Event:
    """The broker's decoder: the event that a handler receives. Raises Undecodable with the reason."""
    delivery = current.get()
    if delivery.envelope is None:
        raise delivery.fault or Undecodable("The message could not be read.")
    return delivery.envelope.event()
