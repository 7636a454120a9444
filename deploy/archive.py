"""Reading the archive: the stream that keeps every published event for thirty days."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from deploy.local.problems import Unavailable
from shared.contracts import Envelope
from shared.contracts.envelope import Undecodable, decode
from shared.ids import made_at, new_id
from shared.messaging.topology import ARCHIVE

PREFETCH = 500
SILENCE_SECONDS = 30.0
END = "rapport.archive.end"
"""AMQP type of the marks that readers leave at the end they read to; no events, and passed over by everyone."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Archived:
    """One event as it was published: its envelope, the same bytes, and where it stands in the stream."""

    envelope: Envelope
    body: bytes
    offset: int


async def read(amqp_url: str, since: datetime | None = None, *, follow: bool = False) -> AsyncGenerator[Archived, None]:
    """Every archived event since a moment of real time, and on to the end as of this call or, with `follow`, for ever.

    The broker finds the moment by segments of its own, so some events before `since` come along; a repeat by the relay
    comes twice, with one id. Raises Unavailable when the broker is away or falls silent before the end.
    """
    async for message in _messages(amqp_url, since, follow=follow):
        if message.type != END and (found := _archived(message)):
            yield found


def is_between(identifier: UUID, since: datetime | None, until: datetime | None) -> bool:
    """Whether an event was made then. Ids that do not tell are of no time."""
    if identifier.version != 7:
        return False
    made = made_at(identifier)
    return (since is None or made >= since) and (until is None or made < until)


async def begins(amqp_url: str) -> datetime | None:
    """When the oldest message that is kept was made; None where everything that was ever archived is kept."""
    messages = _messages(amqp_url, None, follow=False)
    try:
        oldest = await anext(messages)
        return made_at(UUID(oldest.message_id)) if oldest.headers["x-stream-offset"] else None
    finally:
        await messages.aclose()


async def _messages(
    amqp_url: str, since: datetime | None, *, follow: bool
) -> AsyncGenerator[AbstractIncomingMessage, None]:
    """What stands in the stream, marks included; the last one is the mark of this call."""
    arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
    try:
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            channel.close_callbacks.add(lambda *_: arrived.put_nowait(None))
            await channel.set_qos(prefetch_count=PREFETCH)
            queue = await channel.get_queue(ARCHIVE)
            await queue.consume(arrived.put, arguments={"x-stream-offset": since or "first"})
            mark = "" if follow else await _mark_the_end(channel)
            while message := await asyncio.wait_for(arrived.get(), None if follow else SILENCE_SECONDS):
                await _settle(message)
                yield message
                if mark and message.message_id == mark:
                    return
    except (OSError, TimeoutError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(f"The archive could not be read ({error!r}); is the broker up, and its topology?") from error
    raise Unavailable("The broker closed the archive's reader before the end; read it again.")


async def _mark_the_end(channel: AbstractChannel) -> str:
    """Put a mark behind everything that was confirmed until now; a stream does not say over AMQP where it ends."""
    mark = aio_pika.Message(b"", message_id=str(new_id()), type=END, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await channel.default_exchange.publish(mark, ARCHIVE, mandatory=True, timeout=10)
    return str(mark.message_id)


async def _settle(message: AbstractIncomingMessage) -> None:
    """Acknowledging moves the broker's window on; it removes nothing."""
    if (message.delivery_tag or 0) % (PREFETCH // 5) == 0 or message.type == END:
        await message.ack(multiple=True)


def _archived(message: AbstractIncomingMessage) -> Archived | None:
    headers: dict[str, Any] = dict(message.headers)
    offset = int(headers["x-stream-offset"])
    try:
        envelope = decode(message.body, headers, message.content_type)
    except Undecodable as fault:
        log.warning("archive.unreadable", offset=offset, reason=str(fault))
        return None
    return Archived(envelope, message.body, offset)
