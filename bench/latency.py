"""From the 2xx that a caller sees to the committed effect in the next service."""

import asyncio
import time
from contextlib import AsyncExitStack
from functools import partial

import httpx2

from bench.measure import Row, limit, quantile
from bench.pipeline import WAYS, carried
from bench.servers import Servers, until
from deploy.local.ports import private_port

READY_SECONDS = 20.0


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """Idle: one request after another. Half: at half of what the pipeline carries, measured just before."""
    requests = max(50, int(500 * scale))
    idle = [await latencies(servers, requests, rate=10) for _ in range(max(1, runs // 2))]
    full = (await carried(servers, WAYS["one transaction per message"], max(500, int(3_000 * scale)))).value
    half = [await latencies(servers, requests * 4, rate=full / 2) for _ in range(max(1, runs // 2))]
    note = f"half is {full / 2:.0f} requests/s"
    return [
        *_rows("latency, idle", [value for each in idle for value in each], 15, 60, ""),
        *_rows("latency, half load", [value for each in half for value in each], 25, 120, note),
    ]


def _rows(bench: str, values: list[float], p50: float, p99: float, note: str) -> list[Row]:
    return [
        limit(bench, f"p50 ≤ {p50} ms", "ms", quantile(values, 0.5), p50, note),
        limit(bench, f"p99 ≤ {p99} ms", "ms", quantile(values, 0.99), p99, note),
    ]


async def latencies(servers: Servers, requests: int, rate: float) -> list[float]:
    """Milliseconds of each request; the callers' 2xx and the reader's row are read from the same clock.

    The reader's row is stamped before its commit; the commit is added as measured on an empty transaction.
    """
    await servers.fresh("writer", "reader")
    port = private_port()
    seen: dict[int, float] = {}

    async with AsyncExitStack() as stack:
        await stack.enter_async_context(servers.service("read", "reader"))
        await stack.enter_async_context(servers.service("serve", "writer", port))
        http = await stack.enter_async_context(httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}"))
        await until(partial(_is_ready, http), READY_SECONDS)

        async def post(number: int) -> None:
            (await http.post("/entries", json={"number": number})).raise_for_status()
            seen[number] = time.time()

        tasks = []
        began = time.monotonic()
        for number in range(requests):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.append(asyncio.create_task(post(number)))
        await asyncio.gather(*tasks)
        connection = await servers.connect("reader")
        while await connection.fetchval("SELECT count(*) FROM entry") < requests:
            await asyncio.sleep(0.05)
        commit = await _commit_seconds(servers)
        rows = await connection.fetch("SELECT number, extract(epoch FROM at)::float AS at FROM entry")
        await connection.close()
    return [1000 * (row["at"] + commit - seen[row["number"]]) for row in rows]


async def _commit_seconds(servers: Servers) -> float:
    """The median of 50 commits of one row each."""
    connection = await servers.connect("writer")
    await connection.execute("CREATE TABLE IF NOT EXISTS commits (number integer)")
    took = []
    for number in range(50):
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("INSERT INTO commits VALUES ($1)", number)
        began = time.monotonic()
        await transaction.commit()
        took.append(time.monotonic() - began)
    await connection.close()
    return quantile(took, 0.5)


async def _is_ready(http: httpx2.AsyncClient) -> bool:
    try:
        return bool((await http.get("/readyz")).json().get("relay_active"))
    except (httpx2.HTTPError, ValueError):
        return False
