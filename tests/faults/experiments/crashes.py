"""Servers and processes that die under load."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial

import asyncpg

from tests.faults.experiments.base import Run, experiment
from tests.faults.stage import BROKER_SETTLES_SECONDS
from tests.support.eventually import eventually


@experiment("broker-kill", short={"kills": 2}, small={"kills": 1}, long={"kills": 8})
async def broker_kill(run: Run, *, kills: int) -> None:
    """The broker is killed by SIGKILL while entries are written."""
    await run.start()
    await asyncio.sleep(BROKER_SETTLES_SECONDS)
    async with run.load.running(100):
        for _ in range(kills):
            await asyncio.sleep(2)
            await run.stage.servers.kill_broker()
            await asyncio.sleep(3)
    await run.close()
    await run.compare_archive()


@experiment("postgres-stop", short={"stops": 1}, small={"stops": 1}, long={"stops": 5})
async def postgres_stop(run: Run, *, stops: int) -> None:
    """Postgres is stopped immediately while entries are written."""
    await run.start()
    async with run.load.running(100):
        for _ in range(stops):
            await asyncio.sleep(3)
            await run.stage.servers.stop_postgres_immediately()
            await asyncio.sleep(3)
    await run.close()


WRITERS = (
    "request.after_write:5", "request.before_commit:5", "request.after_commit:5", "relay.before_publish:5",
    "relay.after_publish:5", "relay.after_confirm:5", "relay.before_delete:5", "relay.before_delete_commit:5",
)  # fmt: skip
READERS = (
    "handler.after_inbox:9", "handler.before_commit:9", "handler.before_acknowledgement:9", "timer.firing:2",
    "dead.before_row:1", "dead.before_acknowledgement:1",
)  # fmt: skip
ALL = {"writer": WRITERS, "reader": READERS}


@experiment("failpoints", short=ALL, small=ALL, long=ALL)
async def failpoints(run: Run, *, writer: tuple[str, ...] = (), reader: tuple[str, ...] = ()) -> None:
    """Each process is killed at one failpoint after the other while entries are written, poison among them."""
    for service, points in (("writer", writer), ("reader", reader)):
        await run.stage.start(service, failpoints=points)
    children, total = run.stage.children, len(writer) + len(reader)
    async with run.load.running(60):
        poison = asyncio.create_task(_poison(run))
        await eventually(lambda: not any(child.failpoints for child in children.values()), within=120)
        await eventually(lambda: sum(len(child.struck) for child in children.values()) == total, within=30)
        poison.cancel()
        await asyncio.gather(poison, return_exceptions=True)
    for name, points in (("writer", writer), ("reader", reader)):
        wanted = [point.partition(":")[0] for point in points]
        struck = children[name].struck
        run.claim("failpoint-struck", struck == wanted, f"{name} died at {struck} instead of {wanted}.")
    run.facts["deaths"] = total
    await run.close()


async def _poison(run: Run) -> None:
    while True:
        await run.load.write([run.load.entry("raises")])
        await asyncio.sleep(0.5)


@experiment("relay-lock", short={}, small={}, long={})
async def relay_lock(run: Run) -> None:
    """The relay that holds the lock is killed; the one that takes it over is killed as it does; it comes again."""
    await run.start("reader")
    await run.start("writer", PARTS="api,worker")
    await run.stage.start("writer", name="relay-a", PARTS="relay")
    await eventually(partial(_relays, run, "relay-a"), within=30)
    await run.stage.start("writer", name="relay-b", failpoints=["relay.lock"], PARTS="relay")
    first, second = run.stage.children["relay-a"], run.stage.children["relay-b"]
    async with run.load.running(50):
        await eventually(partial(run.stage.ask, "relay-b", "/livez"), within=30)
        await first.kill()
        await eventually(lambda: second.struck, within=40)
        await eventually(partial(_relays, run, "relay-b"), within=40)
        first.start()
    await run.close()


async def _relays(run: Run, name: str) -> bool:
    return bool((await run.stage.ask(name, "/readyz")).get("relay_active"))


@experiment("waiting", short={"events": 20_000}, small={"events": 4_000}, long={"events": 100_000})
async def waiting(run: Run, *, events: int) -> None:
    """Half of the events wait in the outbox and half in queues when everything is killed and started again."""
    await run.stage.start("writer", PARTS="api,relay")
    await run.load.fill(events // 4)
    await run.until("outbox-empty", partial(_is_relayed, run), "the first half is in the queues.")
    await run.stage.children["writer"].kill()
    await run.stage.start("writer", PARTS="api")
    await run.load.fill(events // 4)
    await run.stage.children["writer"].kill()
    await run.stage.servers.kill_broker()
    await run.stage.servers.stop_postgres_immediately()
    await _drain(run, events)


@experiment("million", short=None, small={"events": 20_000, "held": True}, long={"events": 1_000_000, "held": False})
async def million(run: Run, *, events: int, held: bool) -> None:
    """A million facts wait, half in the outbox and half in a queue; also while a foreign transaction stays open."""
    run.patience = max(run.patience, 60)
    await run.load.pour(events // 2)
    await run.stage.start("writer", PARTS="relay")
    began = time.monotonic()
    while not await _is_relayed(run):
        await asyncio.sleep(1)
    run.facts["relayed/s"] = round(events / 2 / (time.monotonic() - began))
    await run.stage.children["writer"].kill()
    async with _foreign_transaction(run) if held else nullcontext():
        await run.load.pour(events // 2)
        await run.stage.servers.kill_broker()
        await _drain(run, events)


@experiment("million-held", short=None, small={"events": 20_000}, long={"events": 1_000_000})
async def million_held(run: Run, *, events: int) -> None:
    """The same while a foreign transaction that wrote stays open on the writer's database."""
    await million(run, events=events, held=True)


PEAK_MB = 250
"""A process that has just started has 120."""


async def _drain(run: Run, events: int) -> None:
    began = time.monotonic()
    await run.start(PARTS="api,relay,worker,timers", FAULTS_BATCHED="1")
    await run.close()
    run.facts["events"] = events
    run.facts["drained/s"] = round(events / (time.monotonic() - began))
    run.facts["peak MB"] = peak = max(child.peak_mb for child in run.stage.children.values())
    run.claim("memory-flat", peak <= PEAK_MB, f"a process had {peak} MB; {PEAK_MB} are enough however many wait.")


async def _is_relayed(run: Run) -> bool:
    return not await run.stage.fetch("writer", "SELECT FROM outbox LIMIT 1")


@asynccontextmanager
async def _foreign_transaction(run: Run) -> AsyncIterator[None]:
    """Somebody's transaction that wrote and stays open on the writer's database."""
    connection = await asyncpg.connect(run.stage.databases["writer"])
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT pg_current_xact_id()")
        yield
    finally:
        await connection.close()
