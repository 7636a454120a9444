"""From the moment a killed part answers again to the first event that is applied after it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import httpx2

from bench.measure import Row, Sample
from bench.servers import Servers, until
from deploy.local.ports import private_port
from shared.clock import real_now

SETTLED_SECONDS = 3.0
AWAY_SECONDS = 5.0
PER_SECOND = 20


async def run(servers: Servers, runs: int, _: float) -> list[Row]:
    """SIGKILL to the broker, to the database, to everything, while requests keep coming."""
    kills: dict[str, tuple[Callable[[Servers], Awaitable[None]], float]] = {
        "broker": (_kill_broker, 5), "database": (_kill_database, 10), "all": (_kill_all, 30),
    }  # fmt: skip
    rows = []
    for name, (kill, most) in kills.items():
        took = [Sample(await _seconds(servers, kill, everything=name == "all")) for _ in range(max(1, runs // 2))]
        rows.append(Row("recovery", f"{name} ≤ {most} s", "s", took, [Sample(most)], 1.0, at_most=True))
    return rows


async def _kill_broker(servers: Servers) -> None:
    await servers.rabbitmq.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await servers.rabbitmq.start()


async def _kill_database(servers: Servers) -> None:
    await servers.postgres.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await servers.postgres.start()


async def _kill_all(servers: Servers) -> None:
    await asyncio.gather(servers.rabbitmq.kill(), servers.postgres.kill())
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.gather(servers.rabbitmq.start(), servers.postgres.start())


async def _seconds(servers: Servers, kill: Callable[[Servers], Awaitable[None]], *, everything: bool) -> float:
    """Both services live through it, or are killed too and start when the servers answer, as a supervisor does it."""
    await servers.fresh("writer", "reader")
    url = f"http://127.0.0.1:{(port := private_port())}"
    async with AsyncExitStack() as services:
        await services.enter_async_context(servers.service("read", "reader"))
        await services.enter_async_context(servers.service("serve", "writer", port))
        async with _requests(url):
            await until(partial(_applied_after, servers, 0.0))
            await asyncio.sleep(SETTLED_SECONDS)
            if everything:
                await services.aclose()
            await kill(servers)
            answered, began = real_now().timestamp(), time.monotonic()
            if everything:
                await services.enter_async_context(servers.service("read", "reader"))
                await services.enter_async_context(servers.service("serve", "writer", port))
            await until(partial(_applied_after, servers, answered))
            return time.monotonic() - began


@asynccontextmanager
async def _requests(url: str) -> AsyncIterator[None]:
    """Entries at a steady rate, whether or not they are taken."""

    async def send() -> None:
        number = 0
        async with httpx2.AsyncClient(base_url=url, timeout=2) as http:
            while True:
                number += 1
                with suppress(httpx2.HTTPError):
                    await http.post("/entries", json={"number": number})
                await asyncio.sleep(1 / PER_SECOND)

    task = asyncio.create_task(send())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _applied_after(servers: Servers, moment: float) -> bool:
    """Whether an entry was applied that is younger than a moment."""
    connection = await servers.connect("reader")
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM entry WHERE at > to_timestamp($1))", moment))
    finally:
        await connection.close()
