"""`rapport topology`: declare everything on the broker before any service starts."""

import asyncio
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.common import Json, print_json, say
from deploy.cli.connections import broker_url, usable_broker
from deploy.registry import platform_topology
from deploy.topology import declare, definitions

AmqpUrl = Annotated[str | None, Parameter(help="The broker; default RAPPORT_AMQP_URL, else the running platform's.")]


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="topology", help="Exchanges, queues and bindings on the broker.")
    group.command(apply)
    group.command(export)
    app.command(group)


def apply(*, amqp_url: AmqpUrl = None) -> None:
    """Declare exchanges, queues and bindings; what stands already is left as it is."""
    url = usable_broker(amqp_url, "--amqp-url") if amqp_url else broker_url()
    wanted = platform_topology()
    asyncio.run(declare(url, wanted))
    say(f"{len(wanted.exchanges)} exchanges, {len(wanted.queues)} queues, {len(wanted.bindings)} bindings stand.")


def export(*, json: Json = True) -> None:  # JSON is the only form; the flag is accepted for uniformity
    """Print the topology as a RabbitMQ definitions document."""
    print_json(definitions(platform_topology()))
