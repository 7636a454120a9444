"""faststream-outbox with FastStream: the same rows, the same topology, the same 8 transactions at a time.

At its best: fetches and deletes in batches, as many workers as gain anything here, no waiting between fetches.
"""

import asyncio
import os
import sys
from typing import Any

import uvloop
from faststream import AckPolicy
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream_outbox import OutboxBroker, make_outbox_table
from faststream_outbox.autovacuum import outbox_autovacuum_ddl
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bench.measure import Sample, rate_of
from bench.process import CONCURRENT
from bench.servers import Servers
from bench.services import INSERT, SITE
from bench.writer import PADDING, EntryWritten
from shared.clock import real_now
from shared.collector import collect_rarely
from shared.ids import new_id
from shared.messaging.topology import EVENTS, queue_name, routing_key

BEST: dict[str, Any] = {
    "max_workers": 16, "fetch_batch_size": 200, "terminal_flush_batch_size": 50,
    "min_fetch_interval": 0.01, "max_fetch_interval": 0.1,
}  # fmt: skip

metadata = MetaData()
table = make_outbox_table(metadata, table_name="peer_outbox")


def brokers(engine: AsyncEngine, amqp_url: str, options: dict[str, Any]) -> tuple[OutboxBroker, RabbitBroker]:
    """The outbox and the relay to RabbitMQ: persistent, mandatory, confirmed."""
    outbox = OutboxBroker(engine, outbox_table=table, logger=None)
    rabbit = RabbitBroker(
        amqp_url, logger=None, default_channel=Channel(publisher_confirms=True, on_return_raises=True)
    )
    exchange = RabbitExchange(EVENTS, type=ExchangeType.TOPIC, durable=True, declare=False)
    publisher = rabbit.publisher(exchange=exchange, routing_key=routing_key(EntryWritten, SITE), persist=True)

    @publisher
    @outbox.subscriber("entries", **options)
    async def relay(body: dict[str, Any]) -> dict[str, Any]:
        return body

    return outbox, rabbit


async def create(engine: AsyncEngine) -> None:
    """Its table, vacuumed as it advises."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(text(outbox_autovacuum_ddl("peer_outbox", vacuum_cost_delay=0)))


def document(number: int) -> dict[str, Any]:
    """An entry with what an envelope carries: about 1 kB as a row."""
    return {"entry": str(new_id()), "number": number, "site": SITE, "padding": PADDING + "x" * 300}


async def drain_by_defaults(servers: Servers, number: int) -> Sample:
    """As its quickstart shows it."""
    return await _drain(servers, number, {})


async def drain_at_best(servers: Servers, number: int) -> Sample:
    """Tuned."""
    return await _drain(servers, number, BEST)


async def _drain(servers: Servers, number: int, options: dict[str, Any]) -> Sample:
    engine = create_async_engine(servers.url("writer"), pool_size=30)
    await create(engine)
    outbox, rabbit = brokers(engine, servers.amqp_url, options)
    async with async_sessionmaker(engine).begin() as session:
        await outbox.publish_batch(*(document(each) for each in range(number)), queue="entries", session=session)
    await rabbit.connect()
    connection = await servers.connect("writer")
    async with rate_of(servers, number) as sample:
        await outbox.start()
        while await connection.fetchval("SELECT EXISTS (SELECT FROM peer_outbox)"):
            await asyncio.sleep(0.02)
    await outbox.stop()
    await rabbit.stop()
    await connection.close()
    await engine.dispose()
    return sample


async def write_many(count: int) -> None:
    """The writer's process: transactions with business row and outbox row, and the relay."""
    engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=30)
    await create(engine)
    outbox, rabbit = brokers(engine, os.environ["BENCH_AMQP_URL"], BEST)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    async def some(numbers: range) -> None:
        for number in numbers:
            async with sessions.begin() as session:
                entry = document(number)
                await session.execute(INSERT, {"entry": new_id(), "number": number, "at": real_now()})
                await outbox.publish(entry, queue="entries", session=session)

    await rabbit.connect()
    await outbox.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await asyncio.gather(*(some(range(part, count, CONCURRENT)) for part in range(CONCURRENT)))
    await asyncio.Event().wait()


async def read() -> None:
    """The reader's process: FastStream, one transaction per message, acknowledged after the commit."""
    engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10)
    sessions: async_sessionmaker[AsyncSession] = async_sessionmaker(engine, expire_on_commit=False)
    broker = RabbitBroker(os.environ["BENCH_AMQP_URL"], logger=None, default_channel=Channel(prefetch_count=50))
    queue = RabbitQueue(queue_name("reader", EntryWritten), queue_type=QueueType.QUORUM, durable=True, declare=False)

    @broker.subscriber(queue, ack_policy=AckPolicy.REJECT_ON_ERROR, no_reply=True)
    async def handle(body: dict[str, Any]) -> None:
        async with sessions.begin() as session:
            await session.execute(INSERT, {"entry": body["entry"], "number": body["number"], "at": real_now()})

    await broker.start()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    collect_rarely()
    uvloop.run(write_many(int(sys.argv[2])) if sys.argv[1] == "write" else read())
