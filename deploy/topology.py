"""Declaring the topology over AMQP, and writing it as a RabbitMQ definitions document."""

from typing import Any

import aio_pika
from aiormq.exceptions import ChannelPreconditionFailed

from deploy.local.problems import Misconfigured, Unavailable
from shared.messaging.topology import Exchange, Topology


async def declare(amqp_url: str, wanted: Topology) -> None:
    """Declare a topology over AMQP. Raises Unavailable when the broker is away, Misconfigured on a difference."""
    try:
        async with await aio_pika.connect(amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            for exchange in wanted.exchanges:
                await channel.declare_exchange(exchange.name, exchange.kind, durable=True)
            for queue in wanted.queues:
                await channel.declare_queue(queue.name, durable=True, arguments=dict(queue.arguments))
            for binding in wanted.bindings:
                queue_ = await channel.get_queue(binding.queue, ensure=False)
                await queue_.bind(binding.exchange, binding.key)
    except ChannelPreconditionFailed as error:
        raise Misconfigured(f"Something stands on the broker with other properties: {error}") from error
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(
            f"The broker does not answer ({error!r}); is it running, and is its address right?"
        ) from error


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
