"""The servers of the experiments, which they may kill: Postgres and RabbitMQ on a home of their own.

RAPPORT_FAULTS_SERVERS names running ones, for a run beside another that owns them; those are not to be killed.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.postgres import Postgres
from deploy.local.rabbitmq import RabbitMQ

GIVEN = "RAPPORT_FAULTS_SERVERS"


@dataclass(frozen=True)
class Addresses:
    """Where the servers answer."""

    postgres: str
    amqp: str
    management: str


@dataclass
class Servers:
    """Postgres and RabbitMQ; None where they belong to somebody else."""

    home: Home
    addresses: Addresses
    postgres: Postgres | None = None
    rabbitmq: RabbitMQ | None = None

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["Servers"]:
        """Those that are named, or own ones that end with the block."""
        with Home.temporary() as home:
            if given := os.environ.get(GIVEN):
                yield cls(home, Addresses(**json.loads(given)))
                return
            postgres, rabbitmq = Postgres(home), RabbitMQ(home)
            try:
                _, broker = await asyncio.gather(postgres.start(), rabbitmq.start())
                addresses = Addresses(postgres.url, broker.amqp_url, broker.management_url or "")
                yield cls(home, addresses, postgres, rabbitmq)
            finally:
                await asyncio.gather(postgres.stop(), rabbitmq.stop())

    @property
    def owned(self) -> tuple[Postgres, RabbitMQ]:
        """The servers, to be killed. Raises RuntimeError where they belong to somebody else."""
        if self.postgres is None or self.rabbitmq is None:
            raise RuntimeError("This experiment kills servers; run it without RAPPORT_FAULTS_SERVERS.")
        return self.postgres, self.rabbitmq

    def environment(self) -> dict[str, str]:
        """What a run beside this one needs to find these servers."""
        return {GIVEN: json.dumps(asdict(self.addresses))}

    async def kill_broker(self) -> None:
        """SIGKILL to the broker, then start it again."""
        _, rabbitmq = self.owned
        await rabbitmq.kill()
        await rabbitmq.start()

    async def stop_postgres_immediately(self) -> None:
        """`pg_ctl stop -m immediate`, which cuts every connection and recovers at the start; then start it again."""
        postgres, _ = self.owned
        process = postgres.running[0].process
        if process is None:
            raise RuntimeError("Postgres does not run.")
        process.popen.send_signal(signal.SIGQUIT)
        await process.wait()
        await postgres.start()

    async def end_sessions(self, databases: list[str]) -> int:
        """End half of the sessions on these databases, chosen at random; how many."""
        connection = await asyncpg.connect(self.addresses.postgres)
        try:
            ended = await connection.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1) AND random() < 0.5",
                databases,
            )
        finally:
            await connection.close()
        return len(ended)

    async def control_broker(self, *command: str) -> None:
        """`rabbitmqctl ...` on the node."""
        _, rabbitmq = self.owned
        node = rabbitmq.running[1].part
        script = Path(node.argv[0]).with_name("rabbitmqctl")
        await processes.run(
            self.home, "rabbitmqctl", [str(script), *command], env=node.env, account=self.home.account, limit=60
        )
