"""The broker: whether it lets us in, what it is, and whether everything stands on it."""

from typing import Any

import aio_pika
import httpx2

from deploy.cli.checks import Said, known
from deploy.cli.connections import broker_url, management_url
from deploy.differences import compare
from deploy.local.problems import Unavailable
from deploy.registry import platform_topology

FLOOR, ALIKE, NEWEST = (3, 10), (3, 13), (4, 99)
"""Lacking below, like the proven 3.10 up to, and written for up to this."""
CAPABILITIES = ("publisher_confirms", "basic.nack", "consumer_cancel_notify")
FEATURES = ("quorum_queue", "stream_queue")
CONNECT_SECONDS = 10


async def broker() -> Said:
    """Whether it lets us in, and its version."""
    found = await _properties()
    return judged(str(found.get("product", "The broker")), str(found.get("version", "")))


def judged(product: str, said: str) -> Said:
    """What a version means."""
    version, name = tuple(int(part) for part in said.split(".")[:2] if part.isdecimal()), f"{product} {said}"
    if len(version) < 2:
        return "warning", f"{name} is of a form that is not known here: see that it is RabbitMQ 3.10 or newer."
    if version < FLOOR:
        return "fault", f"{name} lacks what is relied on in streams and dead-lettering: move to 3.10 or newer."
    if version > NEWEST:
        return (
            "warning",
            f"{name} is newer than what Rapport is written for: try it with a copy first, or use 3.10 to 4.",
        )
    if version > ALIKE:
        return "warning", f"{name}: Rapport is written for it, and proven on 3.10 only: try it with a copy first."
    return "ok", f"{name} lets us in."


async def features() -> Said:
    """What is relied on: confirms, and the kinds of queues, which an upgraded broker may have switched off."""
    capabilities: Any = (await _properties()).get("capabilities", {})
    if lacking := [name for name in CAPABILITIES if not capabilities.get(name)]:
        return "fault", f"The broker lacks {', '.join(lacking)}: use RabbitMQ 3.10 or newer."
    url = management_url()
    if url is None:
        return "ok", "Confirms are there; feature flags are seen with RAPPORT_AMQP_MANAGEMENT_URL only."
    off = await _switched_off(url)
    if off is None:
        return (
            "warning",
            "The management API does not let us in: correct RAPPORT_AMQP_MANAGEMENT_URL or its user's tags.",
        )
    if off:
        return "fault", f"Switched off: {', '.join(off)}. Run `rabbitmqctl enable_feature_flag {off[0]}` and so on."
    return "ok", "Confirms, quorum queues and streams are there."


async def topology() -> Said:
    """As `rapport topology diff`."""
    url = known(broker_url, "RAPPORT_AMQP_URL")
    management = management_url()
    found = await compare(url, management, platform_topology())
    if not found.differences:
        if found.unseen:
            return "warning" if management else "ok", f"Exchanges and queues are as the code wants. {found.unseen}"
        return "ok", "The broker is as the code wants."
    states = {each.state for each in found.differences}
    told = (
        f"{len(found.differences)} difference(s), the first: {found.differences[0].name} ({found.differences[0].state})"
    )
    return "warning" if states == {"too many"} else "fault", f"{told}. `rapport topology diff` says what mends each."


async def _properties() -> dict[str, Any]:
    """What the broker says of itself. Raises NotRunning, or Unavailable when it does not let us in."""
    url = known(broker_url, "RAPPORT_AMQP_URL")
    try:
        async with await aio_pika.connect(url, timeout=CONNECT_SECONDS) as connection:
            properties: Any = connection.transport and connection.transport.connection.server_properties
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(
            f"The broker does not let us in ({type(error).__name__}): is it running, and its address right?"
        ) from error
    return dict(properties or {})


async def _switched_off(url: str) -> list[str] | None:
    """Features that are relied on and off; None where nobody may ask. Newer brokers have no flags for some."""
    try:
        async with httpx2.AsyncClient(timeout=CONNECT_SECONDS) as http:
            answer = (await http.get(f"{url.rstrip('/')}/api/feature-flags")).raise_for_status().json()
        return [each["name"] for each in answer if each["name"] in FEATURES and each["state"] == "disabled"]
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
        return None
