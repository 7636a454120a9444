"""Transaction with business row and event → outbox → confirmed publish → inbox and business row → acknowledged."""

import asyncio
import re
from contextlib import AsyncExitStack

from bench.measure import Row, Sample, rate_of
from bench.servers import Servers
from deploy.local.postgres_binaries import programs

Commands = tuple[list[str], list[str]]
"""The reader's process and the writer's; the writer is given the number of entries."""

WAYS: dict[str, Commands] = {
    "one transaction per message": (["bench.process", "read", "reader"], ["bench.process", "write"]),
    "batched handler": (["bench.process", "read", "reader-batched"], ["bench.process", "write"]),
    "Celery": (["bench.peers.tasks", "work"], ["bench.peers.tasks", "write"]),
    "faststream-outbox + FastStream": (["bench.peers.outbox", "read"], ["bench.peers.outbox", "write"]),
}


async def run(servers: Servers, runs: int, scale: float) -> list[Row]:
    """Ours one by one and in batches, against pgbench's single inserts, Celery, and faststream-outbox."""
    number = max(200, int(6_000 * scale))
    found: dict[str, list[Sample]] = {name: [] for name in ("pgbench", *WAYS)}
    for _ in range(runs):
        found["pgbench"].append(await single_inserts(servers, max(2.0, 5 * scale)))
        for name, commands in WAYS.items():
            found[name].append(await carried(servers, commands, number))
    single, batched = found["one transaction per message"], found["batched handler"]
    peer = found["faststream-outbox + FastStream"]
    return [
        Row("pipeline", "pgbench single inserts", "events/s", single, found["pgbench"], 0.35),
        Row("pipeline", "Celery", "events/s", single, found["Celery"], 2),
        Row("pipeline", "faststream-outbox + FastStream", "events/s", single, peer, 2),
        Row("pipeline, batched handler", "faststream-outbox + FastStream", "events/s", batched, peer, 3),
    ]


async def carried(servers: Servers, commands: Commands, number: int) -> Sample:
    """From the writer's first transaction until the reader's last row is committed."""
    await servers.fresh("writer", "reader")
    reader, writer = commands
    driver = "postgresql" if "tasks" in reader[0] else "postgresql+asyncpg"

    def environment(database: str) -> dict[str, str]:
        return {
            "BENCH_DATABASE_URL": servers.url(database, driver),
            "BENCH_AMQP_URL": servers.amqp_url,
            "BENCH_FOLDER": str(servers.folder),
        }

    connection = await servers.connect("reader")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(servers.process(*reader, **environment("reader")))
        writing = await stack.enter_async_context(servers.process(*writer, str(number), **environment("writer")))
        assert writing.stdin
        async with rate_of(servers, number) as sample:
            writing.stdin.write(b"go\n")
            while await connection.fetchval("SELECT count(*) FROM entry") < number:
                await asyncio.sleep(0.05)
    await connection.close()
    return sample


async def single_inserts(servers: Servers, seconds: float) -> Sample:
    """pgbench: one connection, one prepared insert of such a row per transaction."""
    await servers.fresh("writer")
    script = servers.folder / "insert.sql"
    script.write_text("INSERT INTO entry (entry, number, at) VALUES (gen_random_uuid(), 1, now());\n")
    argv = [
        str(programs(servers.home) / "pgbench"), "--no-vacuum", "--protocol=prepared", "--client=1",
        "--time", str(int(seconds)), "--file", str(script), servers.url("writer", "postgresql"),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    found = re.search(r"tps = ([0-9.]+)", said.decode())
    if not found:
        raise RuntimeError(f"pgbench did not say how fast it was: {said.decode()}")
    return Sample(float(found[1]))
