"""What an event costs with many waiting, and while a foreign transaction is held open: time by event, compared."""

import asyncio
from contextlib import AsyncExitStack

from bench.measure import Row, Sample, rate_of
from bench.relay import fill, relaying
from bench.servers import Servers

READERS = ("reader", "other")


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """The same number carried out of few and out of a million; and all of many while another holds a snapshot."""
    carried = max(1_000, int(20_000 * scale))
    many = max(5_000, int(1_000_000 * scale))
    found: dict[str, list[Sample]] = {"few": [], "many": [], "held": []}
    for _ in range(min(runs, 3)):
        found["few"].append(await seconds_per_event(servers, waiting=carried, carried=carried))
        found["many"].append(await seconds_per_event(servers, waiting=many, carried=carried))
        found["held"].append(await seconds_per_event(servers, waiting=carried, carried=carried, held=True))
    return [
        Row("growth", f"{carried:,} waiting", "µs/event", found["many"], found["few"], 1.2, at_most=True,
            note=f"ours with {many:,} waiting"),
        Row("growth, held open", "no other transaction", "µs/event", found["held"], found["few"], 1.25, at_most=True,
            note="another transaction holds a snapshot all the while"),
    ]  # fmt: skip


async def seconds_per_event(servers: Servers, *, waiting: int, carried: int, held: bool = False) -> Sample:
    """Microseconds per event for the first `carried` of `waiting` events."""
    await servers.fresh("writer", readers=READERS)
    await fill(servers, waiting)
    connection = await servers.connect("writer")
    last = await connection.fetchval("SELECT position FROM outbox ORDER BY position OFFSET $1 LIMIT 1", carried - 1)
    async with AsyncExitStack() as stack:
        if held:
            other = await servers.connect("writer")
            stack.push_async_callback(other.close)
            await stack.enter_async_context(other.transaction(isolation="repeatable_read"))
            await other.execute("INSERT INTO event_sequence VALUES ('held/open', 1)")
        async with rate_of(servers, carried) as sample, relaying(servers):
            while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox WHERE position = $1)", last):
                await asyncio.sleep(0.01)
    await connection.close()
    return Sample(1_000_000 / sample.value, sample.cpu_ms)
