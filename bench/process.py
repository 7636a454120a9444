"""`python -m bench.process ...`: one process of a benchmark; it prints `ready`, then what it is asked for."""

import asyncio
import os
import sys
from pathlib import Path

import uvicorn
import uvloop

from bench.services import build, write
from shared import log

CONCURRENT = 8


def _service(name: str) -> tuple[str, str, Path, int]:
    return (
        os.environ["BENCH_DATABASE_URL"],
        os.environ["BENCH_AMQP_URL"],
        Path(os.environ["BENCH_FOLDER"]),
        int(os.environ.get("BENCH_PORT", "1")),
    )


async def read(name: str) -> None:
    """A reader, until it is ended."""
    reader = build(name, *_service(name))
    app = reader.http(frozenset({"worker"}))
    async with app.router.lifespan_context(app):
        while not reader.consumption.ready:
            await asyncio.sleep(0.02)
        print("ready", flush=True)
        await asyncio.Event().wait()


async def write_many(count: int) -> None:
    """A writer with its relay: `count` transactions, CONCURRENT at a time, when its input says so."""
    writer = build("writer", *_service("writer"))
    app = writer.http(frozenset({"relay"}))

    async def some(numbers: range) -> None:
        for number in numbers:
            async with writer.sessions.begin() as session:
                await write(session, number)
            writer.relay.wake()

    async with app.router.lifespan_context(app):
        while not writer.relay.active:
            await asyncio.sleep(0.02)
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.gather(*(some(range(part, count, CONCURRENT)) for part in range(CONCURRENT)))
        print("written", flush=True)
        await asyncio.Event().wait()


def serve(name: str) -> None:
    """A service behind HTTP, with its relay."""
    service = build(name, *_service(name))
    config = uvicorn.Config(
        service.http(frozenset({"api", "relay"})), port=service.settings.port, access_log=False, log_config=None
    )
    server = uvicorn.Server(config)
    service.on_end = lambda: setattr(server, "should_exit", True)
    print("ready", flush=True)  # to be asked: /readyz says when it is
    server.run()
    if service.stopped:
        raise service.stopped


if __name__ == "__main__":
    role, *rest = sys.argv[1:]
    log.configure(role, json=True)
    if role == "write":
        uvloop.run(write_many(int(rest[0])))
    elif role == "read":
        uvloop.run(read(rest[0]))
    else:
        serve(rest[0])
