"""A virtual host of its own on the real broker, with the platform's topology."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aio_pika
import httpx2

from deploy.registry import platform_topology
from deploy.topology import declare
from shared.ids import new_id


@asynccontextmanager
async def fresh_broker(*, with_topology: bool = True) -> AsyncIterator[str]:
    """The AMQP URL of an empty virtual host; it is removed at the end."""
    address = urlsplit(os.environ["RAPPORT_TEST_AMQP_URL"])
    name = f"t-{new_id().hex}"
    url = address._replace(path=f"/{name}").geturl()
    async with httpx2.AsyncClient(base_url=os.environ["RAPPORT_TEST_MANAGEMENT_URL"], timeout=30) as management:
        (await management.put(f"/api/vhosts/{name}")).raise_for_status()
        permissions = {"configure": ".*", "write": ".*", "read": ".*"}
        put = await management.put(f"/api/permissions/{name}/{address.username}", json=permissions)
        put.raise_for_status()
        try:
            if with_topology:
                await declare(url, platform_topology())
            yield url
        finally:
            (await management.delete(f"/api/vhosts/{name}")).raise_for_status()


async def publish(amqp_url: str, queue: str, body: bytes, **properties: object) -> None:
    """Put a message into one queue, confirmed."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **properties)  # type: ignore[arg-type]  # passed through as given
        await channel.default_exchange.publish(message, queue, mandatory=True, timeout=10)


async def depth(amqp_url: str, queue: str) -> int:
    """How many messages are ready in a queue."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        found = await channel.declare_queue(queue, passive=True)
        return found.declaration_result.message_count or 0
