"""Connections that break, stall and go silent, between services and the broker or the database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

from tests.faults.experiments.base import Run, experiment
from tests.faults.proxy import Proxy

CUT = {
    "shared.outbox.publisher:TIMEOUT_SECONDS": 2.0,
    "shared.messaging.failures:HANDLER_SECONDS": 2.0,
    "shared.messaging.gate:PROBE_SECONDS": 2.0,
    "shared.messaging.broker:HEARTBEAT_SECONDS": 2,
    "command_timeout": 2.0,
}
"""Time-outs cut to two seconds, so that a stall of six outlasts them."""


@asynccontextmanager
async def proxied(run: Run) -> AsyncIterator[tuple[Proxy, Proxy]]:
    """(to the broker, to the database): from now on services are started with these in between."""
    stage = run.stage
    broker, database = urlsplit(stage.amqp_url), urlsplit(stage.databases["writer"])
    async with Proxy.to("127.0.0.1", broker.port or 0) as amqp, Proxy.to("127.0.0.1", database.port or 0) as postgres:
        stage.via = (amqp.port, postgres.port)
        yield amqp, postgres
        await run.close()
        await asyncio.gather(*(child.kill() for child in stage.children.values()))


@experiment(
    "stall", short={"seconds": 6, "cut": True}, small={"seconds": 6, "cut": True}, long={"seconds": 90, "cut": False}
)
async def stall(run: Run, *, seconds: float, cut: bool) -> None:
    """Broker and database each stall for a while, once alone and once together, while entries are written."""
    async with proxied(run) as (amqp, postgres):
        await run.start(tuning=CUT if cut else {})
        async with run.load.running(50):
            for stalled in ((amqp,), (postgres,), (amqp, postgres)):
                await asyncio.sleep(1)
                for proxy in stalled:
                    proxy.stall()
                await asyncio.sleep(seconds)
                for proxy in stalled:
                    proxy.flow()


@experiment("reset", short={"times": 3}, small={"times": 3}, long={"times": 60})
async def reset(run: Run, *, times: int) -> None:
    """All connections are cut at once, those to the broker and those to the database in turn."""
    async with proxied(run) as proxies:
        await run.start()
        async with run.load.running(100):
            for turn in range(2 * times):
                await asyncio.sleep(1)
                proxies[turn % 2].reset()


@experiment("half-open", short={"everyone": True}, small={"everyone": False}, long={"everyone": True, "cut": False})
async def half_open(run: Run, *, everyone: bool, cut: bool = True) -> None:
    """Connections to the broker go silent without an end: the relay's, which its time-outs notice, or everyone's."""
    tuning = CUT if cut else {}
    if not everyone:
        await run.start("reader")
        await run.stage.start("writer", name="writer-worker", PARTS="worker")
    async with proxied(run) as (amqp, _):
        await run.start("writer", tuning=tuning, **({} if everyone else {"PARTS": "api,relay"}))
        if everyone:
            await run.start("reader", tuning=tuning)
        async with run.load.running(50):
            await asyncio.sleep(1)
            amqp.half_open()
            await asyncio.sleep(1)
        await run.until("outbox-empty", partial(_sent, run), "the relay sends on another connection.")


async def _sent(run: Run) -> bool:
    return not await run.stage.fetch("writer", "SELECT FROM outbox LIMIT 1")


@experiment("latency", short=None, small={"seconds": 5}, long={"seconds": 60})
async def latency(run: Run, *, seconds: float) -> None:
    """Every piece on its way to and from the broker and the database is 200 ms late."""
    async with proxied(run) as proxies:
        await run.start()
        for proxy in proxies:
            proxy.delay = 0.2
        async with run.load.running(20):
            await asyncio.sleep(seconds)
        for proxy in proxies:
            proxy.delay = 0


@experiment("sessions-ended", short=None, small={"times": 5}, long={"times": 60})
async def sessions_ended(run: Run, *, times: int) -> None:
    """Half of all database sessions, chosen at random, are ended again and again while entries are written."""
    await run.start()
    names = [urlsplit(url).path.strip("/") for url in run.stage.databases.values()]
    ended = 0
    async with run.load.running(60):
        for _ in range(times):
            await asyncio.sleep(0.7)
            ended += await run.stage.servers.end_sessions(names)
    run.facts["sessions ended"] = ended
    await run.close()


@experiment("disconnects", short=None, small={"entries": 200}, long={"entries": 10_000})
async def disconnects(run: Run, *, entries: int) -> None:
    """One client in twenty hangs up in the middle of its request."""
    await run.start()
    async with run.load.running(100):
        for _ in range(entries // 20):
            await run.load.vanish()
            await asyncio.sleep(0.1)
    run.facts["hung up"] = entries // 20
    await run.close()


@experiment("broker-alarms", short=None, small={"seconds": 3}, long={"seconds": 60})
async def broker_alarms(run: Run, *, seconds: float) -> None:
    """The broker runs out of memory, then of disk: it takes nothing from publishers until it has some again."""
    await run.start()
    control = run.stage.servers.control_broker
    async with run.load.running(50):
        for tight, usual in (
            (("set_vm_memory_high_watermark", "absolute", "1MB"), ("set_vm_memory_high_watermark", "0.4")),
            (("set_disk_free_limit", "100000000000000"), ("set_disk_free_limit", "200000000")),
        ):
            await control(*tight)
            await asyncio.sleep(seconds)
            await control(*usual)
            await asyncio.sleep(1)
    await run.close()
