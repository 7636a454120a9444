"""Declaring the topology over AMQP, and writing it as a RabbitMQ definitions document."""

import asyncio
from typing import Any

import aio_pika
from aiormq.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from deploy.local.problems import Misconfigured, Unavailable
from shared.messaging.topology import Exchange, Topology

RISE_SECONDS = 30.0
PAUSE_SECONDS = 0.2


async def declare(amqp_url: str, wanted: Topology) -> None:
    """Declare a topology over AMQP. Raises Unavailable when the broker is away, Misconfigured on a difference."""
    clock = asyncio.get_running_loop()
    limit = clock.time() + RISE_SECONDS
    try:
        # A broker that was started anew lets clients in before its queues are up, and says NOT_FOUND of these.
        while (missing := await _try(amqp_url, wanted)) and clock.time() < limit:
            await asyncio.sleep(PAUSE_SECONDS)
    except ChannelPreconditionFailed as error:
        raise Misconfigured(f"Something stands on the broker with other properties: {error}") from error
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(
            f"The broker does not answer ({error!r}); is it running, and is its address right?"
        ) from error
    if missing:
        raise Unavailable(
            f"The broker does not bring up within {RISE_SECONDS:.0f} s what it has stored ({missing}); read its log."
        )


async def _try(amqp_url: str, wanted: Topology) -> ChannelNotFoundEntity | None:
    """Declare everything once; returns what the broker says of the first thing that it does not find."""
    async with await aio_pika.connect(amqp_url, timeout=10) as connection:
        channel = await connection.channel()
        try:
            for exchange in wanted.exchanges:
                await channel.declare_exchange(exchange.name, exchange.kind, durable=True)
            for queue in wanted.queues:
                await channel.declare_queue(queue.name, durable=True, arguments=dict(queue.arguments))
            for binding in wanted.bindings:
                queue_ = await channel.get_queue(binding.queue, ensure=False)
                await queue_.bind(binding.exchange, binding.key)
        except ChannelNotFoundEntity as missing:
            return missing
    return None


def definitions(wanted: Topology) -> dict[str, Any]:
    """The topology in the form that RabbitMQ imports with `load_definitions`."""

    def exchange(each: Exchange) -> dict[str, Any]:
        common = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
        return {"name": each.name, "vhost": "/", "type": each.kind, **common}

    return {
        "exchanges": [exchange(each) for each in wanted.exchanges],
        "queues": [
            {"name": q.name, "vhost": "/", "durable": True, "auto_delete": False, "arguments": dict(q.arguments)}
            for q in wanted.queues
        ],
        "bindings": [
            {"source": b.exchange, "vhost": "/", "destination": b.queue, "destination_type": "queue",
             "routing_key": b.key, "arguments": {}}
            for b in wanted.bindings
        ],
    }  # fmt: skip
