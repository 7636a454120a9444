"""A million deadlines: claiming one, arming and cancelling as two transactions, and how late they fire."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bench.measure import Row, Sample, limit, quantile, rate_of
from bench.servers import Servers
from shared.clock import RealClock, real_now
from shared.db import create_engine, create_sessions
from shared.deadlines import Timers, arm, cancel

CONNECTIONS = 16
FIRED = 300

_FILL = """
    INSERT INTO deadline (kind, subject, due_at)
    SELECT 'later', 'debt/' || n, now() + interval '1 day' + n * interval '1 second' FROM generate_series(1, $1) AS n
"""


async def _nothing(_: AsyncSession, __: str, ___: datetime, ____: datetime) -> None:
    """A rule that does nothing: what is measured is the claim."""


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """Claims with 1,000 and with a million armed; armed and cancelled per second; lateness with a million armed."""
    many, pairs = max(1_000, int(1_000_000 * scale)), max(200, int(4_000 * scale))
    few = [await _claim(servers, 1_000) for _ in range(runs)]
    full = [await _claim(servers, many) for _ in range(runs)]
    rates = [await _arm_and_cancel(servers, pairs) for _ in range(runs)]
    late = await _lateness(servers, max(5.0, 20 * scale))
    return [
        Row("deadlines, claim", "1,000 armed", "µs/claim", full, few, 1.5, at_most=True,
            note=f"ours with {many:,} armed"),
        Row("deadlines, arm and cancel", "1,500/s", "pairs/s", rates, [Sample(1500)], 1.0,
            note=f"{CONNECTIONS} connections, two transactions each"),
        limit("deadlines, lateness", "p99 ≤ 1 s", "s", quantile(late, 0.99), 1.0, f"{len(late)} fired, 50 a second"),
    ]  # fmt: skip


async def _fill(servers: Servers, number: int) -> None:
    await servers.fresh("writer")
    connection = await servers.connect("writer")
    await connection.execute(_FILL, number)
    await connection.execute("VACUUM ANALYZE deadline")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def _claim(servers: Servers, armed: int) -> Sample:
    await _fill(servers, armed)
    engine = create_engine(servers.url("writer"))
    sessions = create_sessions(engine)
    async with sessions.begin() as session:
        for number in range(FIRED):
            await arm(session, "now", f"debt/{number}", real_now())
    timers = Timers(sessions, RealClock(), {"now": _nothing, "later": _nothing}, lambda: None)
    async with rate_of(servers, FIRED) as sample:
        while await timers.step():
            pass
    await engine.dispose()
    return Sample(1_000_000 / sample.value, sample.cpu_ms)


async def _arm_and_cancel(servers: Servers, pairs: int) -> Sample:
    """Against a million armed, as `_claim` left them."""
    engine = create_engine(servers.url("writer"), CONNECTIONS)
    sessions = create_sessions(engine)

    async def some(numbers: range) -> None:
        for number in numbers:
            async with sessions.begin() as session:
                await arm(session, "soon", f"debt/{number}", real_now() + timedelta(hours=48))
            async with sessions.begin() as session:
                await cancel(session, "soon", f"debt/{number}")

    async with rate_of(servers, pairs) as sample:
        await asyncio.gather(*(some(range(part, pairs, CONNECTIONS)) for part in range(CONNECTIONS)))
    await engine.dispose()
    return sample


async def _lateness(servers: Servers, seconds: float) -> Sequence[float]:
    """Seconds between due and fired, 50 becoming due each second."""
    engine = create_engine(servers.url("writer"))
    sessions = create_sessions(engine)
    late: list[float] = []

    async def fired(_: AsyncSession, __: str, due_at: datetime, ___: datetime) -> None:
        late.append((real_now() - due_at).total_seconds())

    wanted, first = int(seconds * 50), real_now() + timedelta(seconds=1)
    async with sessions.begin() as session:
        for number in range(wanted):
            await arm(session, "timed", f"debt/{number}", first + timedelta(seconds=number / 50))
    timers = Timers(sessions, RealClock(), {"timed": fired}, lambda: None)
    running = asyncio.create_task(timers.run())
    deadline = time.monotonic() + seconds * 3 + 30
    while len(late) < wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await engine.dispose()
    return late
