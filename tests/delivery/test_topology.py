"""What a broker does not find yet is waited for, since a restarted one lets clients in before its queues are up."""

import asyncio

import aio_pika
import pytest

from deploy import topology
from deploy.local import brokers
from deploy.local.home import Home
from deploy.local.problems import Unavailable
from deploy.registry import platform_topology
from shared.messaging.topology import ARCHIVE, Binding, Topology
from tests.support.brokers import depth, fresh_broker

LATE = Topology(exchanges=(), queues=(), bindings=(Binding("amq.topic", "late", "#"),))
"""A queue that somebody else brings."""


async def test_what_comes_up_late_is_waited_for() -> None:
    """The declaration begins while the broker does not know the queue, and ends once it does."""
    async with fresh_broker(with_topology=False) as url, await aio_pika.connect(url) as connection:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(topology.declare(url, LATE), 1)
        declared = asyncio.ensure_future(topology.declare(url, LATE))
        await (await connection.channel()).declare_queue("late", durable=True)
        await asyncio.wait_for(declared, 10)


async def test_what_never_comes_up_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit, a sentence with the broker's own words."""
    monkeypatch.setattr(topology, "RISE_SECONDS", 1.0)
    async with fresh_broker(with_topology=False) as url:
        with pytest.raises(Unavailable, match=r"within 1 s.*no queue 'late'.*read its log"):
            await topology.declare(url, LATE)


async def test_a_used_broker_takes_the_topology_at_once_after_its_start() -> None:
    """As `rapport up` does on a used home, whose archive is not up as soon as the broker lets clients in."""
    with Home.temporary() as home:
        broker = await brokers.find_or_start(home)
        try:
            for _ in range(2):
                await topology.declare(broker.broker.amqp_url, platform_topology())
                await broker.stop()
                await broker.start()
            await topology.declare(broker.broker.amqp_url, platform_topology())
            assert await depth(broker.broker.amqp_url, ARCHIVE) == 0
        finally:
            await broker.stop()
