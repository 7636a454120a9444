"""Postgres and RabbitMQ as the product starts them: fsync and synchronous_commit on, quorum queues and the archive."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from bench.services import create_tables
from bench.writer import EntryWritten
from deploy.local.home import Home
from deploy.local.postgres import Postgres
from deploy.local.rabbitmq import RabbitMQ
from deploy.topology import declare
from shared.messaging.topology import topology

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Servers:
    """The servers of one run, and a folder for keys and files."""

    home: Home
    postgres: Postgres
    rabbitmq: RabbitMQ
    folder: Path

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["Servers"]:
        """They end with the block."""
        with Home.temporary() as home:
            postgres, rabbitmq = Postgres(home, {"max_connections": "300"}), RabbitMQ(home)
            try:
                await asyncio.gather(postgres.start(), rabbitmq.start())
                yield cls(home, postgres, rabbitmq, home.folder("bench"))
            except BaseException:
                for file in home.folder("bench").glob("*.log"):
                    sys.stderr.write(f"--- {file.name}\n{file.read_text()[-3000:]}\n")
                raise
            finally:
                await asyncio.gather(postgres.stop(), rabbitmq.stop())

    @property
    def amqp_url(self) -> str:
        return self.rabbitmq.broker.amqp_url

    def url(self, database: str, driver: str = "postgresql+asyncpg") -> str:
        """The address of a database."""
        return urlsplit(self.postgres.url)._replace(scheme=driver, path=f"/{database}").geturl()

    async def connect(self, database: str) -> asyncpg.Connection:
        """A plain connection."""
        return await asyncpg.connect(self.url(database, "postgresql"))

    async def fresh(self, *databases: str, readers: Iterable[str] = ("reader",)) -> None:
        """Empty databases with the platform's tables, and empty queues of these readers."""
        admin = await self.connect("postgres")
        for name in databases:
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {name}")
            await create_tables(self.url(name))
        await admin.execute("CHECKPOINT")
        await admin.close()
        wanted = topology({name: [EntryWritten] for name in readers})
        await declare(self.amqp_url, wanted)
        await self._purge([queue.name for queue in wanted.queues if queue.arguments["x-queue-type"] == "quorum"])

    async def _purge(self, queues: Iterable[str]) -> None:
        import aio_pika

        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel()
            for name in queues:
                await (await channel.get_queue(name)).purge()

    @asynccontextmanager
    async def process(self, *arguments: str, **environment: str) -> AsyncIterator[Process]:
        """A python process of the benchmarks that has said `ready`; it ends with the block."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, stdin=PIPE, stdout=PIPE, env={**os.environ, **environment},
            stderr=(self.folder / f"{arguments[0]}.log").open("ab"),
        )  # fmt: skip
        try:
            await until_said(process, "ready")
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()

    def service(self, role: str, name: str, port: int = 1) -> AbstractAsyncContextManager[Process]:
        """A process of `bench.process` on the database that has its name."""
        database = name.partition("-")[0]
        return self.process(
            "bench.process", role, name,
            BENCH_DATABASE_URL=self.url(database), BENCH_AMQP_URL=self.amqp_url,
            BENCH_FOLDER=str(self.folder), BENCH_PORT=str(port),
        )  # fmt: skip

    def cpu_seconds(self) -> float:
        """Processor time of this process, the servers, and all their children, ended ones included."""
        parents, used = {}, {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    parents[int(entry.name)] = int(fields[1])
                    used[int(entry.name)] = sum(map(int, fields[11:15])) / TICKS
        ours = {os.getpid(), *(each.pid for each in (*self.postgres.running, *self.rabbitmq.running))}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        return sum(used.get(pid, 0.0) for pid in ours if pid)


async def until(check: Callable[[], Awaitable[bool]], within: float = 120.0) -> None:
    """Wait until something is so. Raises TimeoutError when it does not become so."""
    async with asyncio.timeout(within):
        while not await check():
            await asyncio.sleep(0.02)


async def until_said(process: Process, word: str) -> str:
    """Wait until a process prints a line that begins so. Raises RuntimeError when it ends before."""
    assert process.stdout
    async for line in process.stdout:
        if line.decode().startswith(word):
            return line.decode().strip()
    raise RuntimeError(f"A process of the benchmark ended before it said {word!r}.")
