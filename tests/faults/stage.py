"""One run's own databases, virtual host and processes, and what can be asked of them."""

import asyncio
import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import asyncpg
import httpx2
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.ports import private_port
from deploy.topology import declare
from shared.access import Grant, mint, new_key
from shared.ids import new_id
from shared.messaging.topology import topology
from shared.migrations import create_platform_tables
from tests.faults.children import ROOT, Child
from tests.faults.reader import handlers as reader_handlers
from tests.faults.reader import tables as reader_tables
from tests.faults.servers import Servers
from tests.faults.writer import handlers as writer_handlers
from tests.faults.writer import tables as writer_tables

TABLES = {"writer": writer_tables.Base.metadata, "reader": reader_tables.Base.metadata}
TOPOLOGY = topology({"writer": writer_handlers.events.heard, "reader": reader_handlers.events.heard})
BROKER_SETTLES_SECONDS = 2.0
"""RabbitMQ 3.10 forgets a quorum queue that was declared less than this before a SIGKILL."""

PRIVATE_KEY, PUBLIC_KEYS = new_key()
TOKEN = mint(PRIVATE_KEY, "load", [Grant("operator", "*")], timedelta(hours=12))


@dataclass
class Stage:
    """What one experiment runs on."""

    servers: Servers
    amqp_url: str
    databases: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    _connections: dict[str, asyncpg.Connection] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    via: tuple[int, int] | None = None
    """Ports of proxies to the broker and to the database, for the services alone."""

    @classmethod
    @asynccontextmanager
    async def set_up(cls, servers: Servers) -> AsyncIterator["Stage"]:
        """Fresh databases and a fresh virtual host with the topology; processes end with the block."""
        run = new_id().hex[-12:]
        databases = {name: await _create_database(servers.addresses.postgres, f"f_{run}_{name}") for name in TABLES}
        amqp_url = await _create_host(servers, f"f-{run}")
        await asyncio.gather(*(_create_tables(databases[name], name) for name in TABLES))
        await declare(amqp_url, TOPOLOGY)
        stage = cls(servers, amqp_url, databases)
        try:
            yield stage
        finally:
            await asyncio.gather(*(child.kill() for child in stage.children.values()))
            await stage._remove()

    async def _remove(self) -> None:
        for connection in self._connections.values():
            connection.terminate()
        host = urlsplit(self.amqp_url).path.strip("/")
        async with httpx2.AsyncClient(base_url=self.servers.addresses.management, timeout=30) as management:
            (await management.delete(f"/api/vhosts/{host}")).raise_for_status()
        for url in self.databases.values():
            await _execute(
                self.servers.addresses.postgres, f'DROP DATABASE "{urlsplit(url).path.strip("/")}" WITH (FORCE)'
            )

    async def start(
        self,
        service: str,
        *,
        name: str | None = None,
        failpoints: Iterable[str] = (),
        tuning: Mapping[str, Any] | None = None,
        tree: Path = ROOT,
        **env: str,
    ) -> Child:
        """Start one process of a service, `name` where it has several; `env` overrides its environment."""
        name = name or service
        if name not in self.children:
            self.ports[name] = private_port()
            self.children[name] = Child(self.servers.home, name, service, self._environment(service, name))
        child = self.children[name]
        child.env = {**child.env, "TUNING": json.dumps(tuning or {}), **env}
        child.tree = tree
        child.start(failpoints)
        return child

    def _environment(self, service: str, name: str) -> dict[str, str]:
        keys = self.servers.home.folder("keys") / "keys.json"
        keys.write_text(json.dumps(PUBLIC_KEYS))
        prefix = f"RAPPORT_{service.upper()}"
        amqp_url, database_url = self.amqp_url, self.databases[service]
        if self.via:
            amqp_url, database_url = _through(amqp_url, self.via[0]), _through(database_url, self.via[1])
        return {
            **os.environ,
            f"{prefix}_DATABASE_URL": database_url.replace("postgresql://", "postgresql+asyncpg://"),
            f"{prefix}_PORT": str(self.ports[name]),
            f"{prefix}_POOL_SIZE": "24",
            "RAPPORT_AMQP_URL": amqp_url,
            "RAPPORT_KEYS_FILE": str(keys),
        }

    def url(self, name: str) -> str:
        """Where a process serves HTTP."""
        return f"http://127.0.0.1:{self.ports[name]}"

    async def ask(self, name: str, path: str) -> dict[str, Any]:
        """What a process answers; nothing where it does not."""
        try:
            async with httpx2.AsyncClient(base_url=self.url(name), timeout=5) as client:
                answer: dict[str, Any] = (await client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})).json()
                return answer
        except (httpx2.HTTPError, ValueError):
            return {}

    async def consuming(self, name: str) -> bool:
        """Whether a process consumes all its queues."""
        return bool((await self.ask(name, "/readyz")).get("consuming"))

    async def tell_tasks(self) -> None:
        """Have every process write down what its tasks wait for; one whose event loop is blocked writes nothing."""
        for child in self.children.values():
            child.tell_tasks()
        await asyncio.sleep(2)

    async def fetch(self, service: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Rows of a service's database, on one connection that is opened anew when it broke."""
        async with self._turns[service]:
            connection = self._connections.get(service)
            if connection is None or connection.is_closed():
                connection = await asyncpg.connect(self.databases[service], timeout=10)
                self._connections[service] = connection
            return list(await connection.fetch(statement, *values))

    async def ready_messages(self) -> dict[str, int]:
        """How many messages are ready in each reader's queue."""
        async with await aio_pika.connect(self.amqp_url, timeout=10) as connection:
            channel = await connection.channel()
            names = [queue.name for queue in TOPOLOGY.queues if queue.name != "rapport.archive"]
            found = [await channel.declare_queue(name, passive=True) for name in names]
            return {queue.name: queue.declaration_result.message_count or 0 for queue in found}


def _through(url: str, port: int) -> str:
    address = urlsplit(url)
    return address._replace(netloc=f"{address.username}:{address.password}@127.0.0.1:{port}").geturl()


async def _create_database(server: str, name: str) -> str:
    await _execute(server, f'CREATE DATABASE "{name}" TEMPLATE template0 STRATEGY FILE_COPY')
    return urlsplit(server)._replace(path=f"/{name}").geturl()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _create_tables(url: str, service: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(create_platform_tables)
        await connection.run_sync(TABLES[service].create_all)
    await engine.dispose()


async def _create_host(servers: Servers, name: str) -> str:
    address = urlsplit(servers.addresses.amqp)
    async with httpx2.AsyncClient(base_url=servers.addresses.management, timeout=30) as management:
        (await management.put(f"/api/vhosts/{name}")).raise_for_status()
        permissions = {"configure": ".*", "write": ".*", "read": ".*"}
        (await management.put(f"/api/permissions/{name}/{address.username}", json=permissions)).raise_for_status()
    return address._replace(path=f"/{name}").geturl()
