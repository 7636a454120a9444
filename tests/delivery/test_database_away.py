"""A database that is away, or that takes no writes: nothing is lost, and everything is applied once it is back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest

from deploy.cli.connections import plain
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import RoleChanged
from shared.messaging import gate
from shared.messaging.topology import dead_queue_name, queue_name
from tests.faults.proxy import Proxy
from tests.support.brokers import depth, fresh_broker, publish
from tests.support.databases import admin_url, fresh_database
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

QUEUE = queue_name("screening", RoleChanged)
ROLES = [f"role-{number}" for number in range(12)]


async def test_while_it_takes_no_writes_messages_wait(tmp_path: Path) -> None:
    """As after a failover to a replica: it answers, and not even a dead letter can be written."""
    async with (
        fresh_broker() as url,
        fresh_database("screening") as database,
        live("screening", url, tmp_path, database_url=database) as screening,
    ):
        await eventually(lambda: screening.service.consumption.ready)
        async with _read_only(database):
            for role in ROLES:
                await _send(url, role)
            await eventually(lambda: _waits_for_its_database(screening, len(ROLES)), within=20)
            assert await depth(url, dead_queue_name("screening")) == 0
        await eventually(lambda: _knows(database, ROLES), within=20)
        await eventually(lambda: screening.service.door.busy == 0)
        assert await screening.dead() == []


async def test_while_it_is_away_for_long_the_process_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes meanwhile waits in the queue, where other processes may take it; nothing stays on a channel."""
    monkeypatch.setattr(gate, "HOLD_SECONDS", 1.0)
    async with fresh_broker() as url, fresh_database("screening") as database:
        server = urlsplit(database)
        async with Proxy.to(server.hostname or "", server.port or 5432) as proxy:
            there = server._replace(netloc=f"{server.username}:{server.password}@127.0.0.1:{proxy.port}").geturl()
            async with live("screening", url, tmp_path, database_url=there) as screening:
                await eventually(lambda: screening.service.consumption.ready)
                proxy.stall()
                proxy.reset()
                for role in ROLES:
                    await _send(url, role)
                await eventually(lambda: not screening.service.consumption.ready, within=30)
                await eventually(lambda: _all_wait(url), within=20)
                proxy.flow()
                await eventually(lambda: _knows(database, ROLES), within=30)
                await eventually(lambda: screening.service.consumption.ready)
                assert await screening.dead() == []


@pytest.mark.parametrize("header", [{"x-note": "a\0b"}, {"a\0b": "note"}], ids=["value", "name"])
async def test_a_nul_in_a_header_keeps_no_dead_letter_from_being_written(
    header: dict[str, str], tmp_path: Path
) -> None:
    """Postgres has no NUL in its texts."""
    async with fresh_broker() as url, live("screening", url, tmp_path) as screening:
        await publish(url, QUEUE, b"rubbish", content_type=CONTENT_TYPE, headers=header)
        await eventually(screening.dead)


@asynccontextmanager
async def _read_only(database_url: str) -> AsyncIterator[None]:
    name = urlsplit(database_url).path[1:]
    admin = await asyncpg.connect(admin_url())

    async def alter(setting: str) -> None:
        await admin.execute(f'ALTER DATABASE "{name}" {setting}')
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)

    try:
        await alter("SET default_transaction_read_only = on")
        yield
        await alter("RESET default_transaction_read_only")
    finally:
        await admin.close()


async def _send(url: str, role: str) -> None:
    event = RoleChanged(role=role, kind_of_role="mentor", site="net", risks=["one-on-one"])
    await publish(url, QUEUE, orjson.dumps(envelope_of(event)), content_type=CONTENT_TYPE)


async def _waits_for_its_database(it: Running, messages: int) -> bool:
    return it.service.door.busy == messages and not await it.service.door.gate.answers()


async def _all_wait(url: str) -> bool:
    return await depth(url, QUEUE) == len(ROLES)


async def _knows(database_url: str, roles: list[str]) -> bool:
    connection = await asyncpg.connect(plain(database_url))
    try:
        return {row["role"] for row in await connection.fetch("SELECT role FROM role")} == set(roles)
    finally:
        await connection.close()
