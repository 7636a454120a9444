"""Inbox rows written into an empty inbox, and into one with ten million."""

from bench.measure import Row, Sample, rate_of
from bench.servers import Servers
from shared import inbox
from shared.db import create_engine, create_sessions
from shared.ids import new_id

INSERTS = 2_000

_FILL = """
    INSERT INTO inbox (handler, event_id, outcome, received_at)
    SELECT 'reader.entry-written-v1',
           encode(substring(int8send((1700000000000 + n / 4)::bigint) FROM 3) || '\\x7abc'::bytea
                  || substring(decode(md5(n::text), 'hex') FROM 1 FOR 8), 'hex')::uuid,
           'applied', now()
    FROM generate_series($1::bigint, $2::bigint) AS n
"""
"""UUIDv7s as they come: growing by time, random behind it."""


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """Ratio of the times; the rows are written as a handler writes them, without the commit."""
    many = int(10_000_000 * scale)
    await servers.fresh("reader")
    empty = [await _insert(servers) for _ in range(runs)]
    connection = await servers.connect("reader")
    for begin in range(0, many, 1_000_000):
        await connection.execute(_FILL, begin, min(begin + 1_000_000, many) - 1)
    await connection.execute("VACUUM ANALYZE inbox")
    await connection.execute("CHECKPOINT")
    await connection.close()
    full = [await _insert(servers) for _ in range(runs)]
    note = f"ours with {many:,} rows"
    return [Row("inbox", "an empty inbox", "µs/insert", full, empty, 1.3, at_most=True, note=note)]


async def _insert(servers: Servers) -> Sample:
    engine = create_engine(servers.url("reader"))
    async with create_sessions(engine).begin() as session:
        await inbox.record(session, "reader.entry-written-v1", new_id(), epoch=1)
        async with rate_of(servers, INSERTS) as sample:
            for _ in range(INSERTS):
                await inbox.record(session, "reader.entry-written-v1", new_id(), epoch=1)
    await engine.dispose()
    return Sample(1_000_000 / sample.value, sample.cpu_ms)
