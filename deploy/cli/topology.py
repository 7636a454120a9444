"""`rapport topology`: declare everything on the broker before any service starts."""

import asyncio
import os
from typing import Annotated, Any

import aio_pika
from aiormq.exceptions import ChannelPreconditionFailed
from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Json, addresses, print_json, say
from deploy.local.problems import Unavailable
from deploy.registry import platform_topology
from shared.messaging.topology import Exchange, Topology

AmqpUrl = Annotated[str | None, Parameter(help="The broker; default RAPPORT_AMQP_URL, else the running platform's.")]


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="topology", help="Exchanges, queues and bindings on the broker.")
    group.command(apply)
    group.command(export)
    app.command(group)


def apply(*, amqp_url: AmqpUrl = None) -> None:
    """Declare exchanges, queues and bindings; what stands already is left as it is."""
    url = amqp_url or os.environ.get("RAPPORT_AMQP_URL") or addresses().amqp_url
    wanted = platform_topology()
    asyncio.run(declare(url, wanted))
    say(f"{len(wanted.exchanges)} exchanges, {len(wanted.queues)} queues, {len(wanted.bindings)} bindings stand.")


def export(*, json: Json = True) -> None:  # JSON is the only form; the flag is accepted for uniformity
    """Print the topology as a RabbitMQ definitions document."""
    print_json(definitions(platform_topology()))


async def declare(amqp_url: str, wanted: Topology) -> None:
    """Declare a topology over AMQP. Raises Unavailable when the broker is away, CheckFailed on a difference."""
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
        raise CheckFailed(f"Something stands on the broker with other properties: {error}") from error
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
