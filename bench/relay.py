"""Draining an outbox to the real topology: topic exchange, archive stream, two quorum readers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiormq
from pamqp.commands import Basic
from sqlalchemy import text

from bench.measure import Row, Sample, rate_of
from bench.peers import outbox
from bench.servers import Servers
from bench.services import SITE
from bench.writer import EntryWritten
from shared.clock import real_now
from shared.contracts.envelope import CONTENT_TYPE
from shared.db import create_engine, create_sessions
from shared.ids import new_id
from shared.messaging.topology import EVENTS, routing_key
from shared.outbox import Relay, emit
from shared.outbox.relay import WINDOW

READERS = ("reader", "other")
KEY = routing_key(EntryWritten, SITE)


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """Ours against raw aiormq with the same window, and against faststream-outbox by its defaults and at its best."""
    events = max(1000, int(100_000 * scale))
    few = max(500, int(5_000 * scale))  # the peer is slower by a factor; its rate does not depend on the number
    ways: dict[str, tuple[Callable[[Servers, int], Awaitable[Sample]], int]] = {
        "ours": (ours, events),
        "raw aiormq": (raw, events),
        "faststream-outbox, defaults": (outbox.drain_by_defaults, max(200, few // 10)),
        "faststream-outbox, best": (outbox.drain_at_best, few),
    }
    found: dict[str, list[Sample]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, (way, number) in ways.items():
            await servers.fresh("writer", readers=READERS)
            found[name].append(await way(servers, number))
    targets = {"raw aiormq": 0.65, "faststream-outbox, defaults": 5, "faststream-outbox, best": 3}
    return [Row("relay", name, "events/s", found["ours"], found[name], target) for name, target in targets.items()]


async def fill(servers: Servers, number: int, database: str = "writer") -> None:
    """So many rows of 1 kB in an outbox: one emitted by the product, the others copies of it with ids of their own."""
    engine = create_engine(servers.url(database))
    async with create_sessions(engine).begin() as session:
        await emit(session, EntryWritten(entry=new_id(), number=1, site=SITE), at=real_now())
        ids = [str(new_id()) for _ in range(number - 1)]
        copied = """
            INSERT INTO outbox (event_id, type, exchange, routing_key, copy_key, correlation_id, time, body)
            SELECT id::uuid, type, exchange, routing_key, copy_key, correlation_id, time,
                   replace(body, event_id::text, id)
            FROM outbox, unnest(CAST(:ids AS text[])) AS id
        """
        await session.execute(text(copied), {"ids": ids})
    await engine.dispose()
    connection = await servers.connect(database)
    await connection.execute("VACUUM ANALYZE outbox")
    await connection.execute("CHECKPOINT")
    await connection.close()


@asynccontextmanager
async def relaying(servers: Servers, database: str = "writer") -> AsyncIterator[Relay]:
    """The product's relay, active."""
    relay = Relay(servers.url(database), servers.amqp_url, database)
    task = asyncio.create_task(relay.run())
    while not relay.active:
        await asyncio.sleep(0.002)
    yield relay
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def ours(servers: Servers, number: int) -> Sample:
    """The product's relay."""
    await fill(servers, number)
    connection = await servers.connect("writer")
    async with rate_of(servers, number) as sample, relaying(servers):
        while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):
            await asyncio.sleep(0.02)
    await connection.close()
    return sample


async def raw(servers: Servers, number: int) -> Sample:
    """Publishing the same bytes with the same properties, pipelined in the same window; no database."""
    connection = await aiormq.connect(servers.amqp_url)
    channel = await connection.channel(publisher_confirms=True)
    body = b"x" * 1000

    async def publish() -> None:
        properties = Basic.Properties(
            delivery_mode=2, message_id=str(new_id()), content_type=CONTENT_TYPE, message_type=EntryWritten.type,
            correlation_id=str(new_id()), app_id="rapport", timestamp=real_now(),
        )  # fmt: skip
        await channel.basic_publish(body, exchange=EVENTS, routing_key=KEY, mandatory=True, properties=properties)

    async with rate_of(servers, number) as sample:
        for _ in range(number // WINDOW):
            await asyncio.gather(*(publish() for _ in range(WINDOW)))
    await connection.close()
    return sample
