"""`rapport topology`: declare everything on the broker before any service starts, and see what differs there."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Json, print_json, say, show
from deploy.cli.connections import broker_url, management_url, usable_broker
from deploy.differences import compare
from deploy.local.problems import Unavailable
from deploy.registry import platform_topology
from deploy.topology import declare, definitions

AmqpUrl = Annotated[str | None, Parameter(help="The broker; default RAPPORT_AMQP_URL, else the running platform's.")]


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="topology", help="Exchanges, queues and bindings on the broker.")
    group.command(apply)
    group.command(diff)
    group.command(export)
    app.command(group)


def apply(*, amqp_url: AmqpUrl = None) -> None:
    """Declare exchanges, queues and bindings; what stands already is left as it is."""
    url = usable_broker(amqp_url, "--amqp-url") if amqp_url else broker_url()
    wanted = platform_topology()
    asyncio.run(declare(url, wanted))
    say(f"{len(wanted.exchanges)} exchanges, {len(wanted.queues)} queues, {len(wanted.bindings)} bindings stand.")


def diff(*, json: Json = False) -> None:
    """Compare what the broker has with what the code wants: what is missing, other, or too many, and what mends it.

    Bindings, and what is too many, are seen through the management API, which RAPPORT_AMQP_MANAGEMENT_URL names where
    RAPPORT_AMQP_URL names the broker. Exit code 1 on a difference; else 69 where that API is known and does not answer.
    """
    management = management_url()
    found = asyncio.run(compare(broker_url(), management, platform_topology()))
    rows = [asdict(each) for each in found.differences]
    if json:
        print_json({"same": not rows, "differences": rows, "unseen": found.unseen})
    else:
        seen = "Its exchanges and queues are" if found.unseen else "The broker is"
        show(rows, as_json=False, title="Topology", empty=f"{seen} as the code wants.")
    if found.unseen:
        say(found.unseen)
    if rows:
        raise CheckFailed(f"The broker differs in {len(rows)} place(s); the last column says what mends each.")
    if found.unseen and management:
        raise Unavailable("Not everything could be compared; do what is said above, and run this again.")


def export(*, json: Json = True) -> None:  # JSON is the only form; the flag is accepted for uniformity
    """Print the topology as a RabbitMQ definitions document."""
    print_json(definitions(platform_topology()))
