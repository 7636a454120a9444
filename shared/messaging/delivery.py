"""One message on its way through the middlewares: what was read of it, and what became of it."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from faststream.message import StreamMessage
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.contracts import Envelope, Event
from shared.contracts.envelope import Undecodable
from shared.contracts.envelope import decode as decode_envelope
from shared.messaging.attempts import SUSPECT_AFTER

Message = StreamMessage[Any]
Outcome = Literal["applied", "duplicate", "dead", "retried"]


@dataclass
class Delivery:
    """A message in a handler's queue. `envelope` is None where it could not be read; `fault` says why.

    A `suspect` was redelivered so often that it may kill the process. `session` and `clock` are set for the handler.
    """

    queue: str
    envelope: Envelope | None = None
    fault: Undecodable | None = None
    outcome: Outcome = "applied"
    attempts: int = 0
    suspect: bool = False
    session: AsyncSession | None = None
    clock: Clock | None = None

    @property
    def heard(self) -> Envelope | None:
        """The envelope, as handlers call it."""
        return self.envelope


current: ContextVar[Delivery] = ContextVar("delivery")


def read(queue: str, message: Message) -> Delivery:
    """Read a message's envelope; a fault is kept for the middleware that buries the message."""
    redeliveries = message.headers.get("x-delivery-count")  # of a quorum queue; anybody may send any header
    suspect = isinstance(redeliveries, int) and redeliveries >= SUSPECT_AFTER
    try:
        envelope = decode_envelope(message.body, dict(message.headers), message.content_type)
        return Delivery(queue, envelope, suspect=suspect)
    except Undecodable as fault:
        return Delivery(queue, fault=fault, suspect=suspect)


async def decode(message: Message) -> Event:
    """The broker's decoder: the event that a handler receives. Raises Undecodable with the reason."""
    delivery = current.get()
    if delivery.envelope is None:
        raise delivery.fault or Undecodable("The message could not be read.")
    return delivery.envelope.event()
