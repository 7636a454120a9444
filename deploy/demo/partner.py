"""A partner system: it subscribes to one site by its own lasting queue, and reads what came at the end."""

from typing import Any
from uuid import UUID

import aio_pika

from deploy.demo.foretold import PARTNER_SITE
from shared.contracts import Envelope
from shared.messaging.topology import EVENTS

QUEUE = "partner.demo"
BINDING = f"*.*.*.{PARTNER_SITE}.#"
LASTING: dict[str, Any] = {"x-queue-type": "quorum"}


async def subscribe(amqp_url: str) -> None:
    """Declare the queue; it outlives the broker's death."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments=LASTING)
        await queue.bind(EVENTS, BINDING)


async def read(amqp_url: str) -> list[Envelope]:
    """Every distinct event that came, by id."""
    found: dict[UUID, Envelope] = {}
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue(QUEUE)
        while message := await queue.get(fail=False):
            event = Envelope.model_validate_json(message.body)
            found[event.id] = event
            await message.ack()
    return list(found.values())
