"""Databases for tests: one migrated template per service; a copy is emptied and used again, since copying is slow."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from shared import migrations
from shared.ids import new_id

TEMPLATE_LOCK = 4_201_002

_EMPTY = """
    DO $$ DECLARE name text; BEGIN
        SET LOCAL session_replication_role = replica;  -- no foreign key minds the order
        FOR name IN SELECT tablename FROM pg_tables
                    WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'event_epoch') LOOP
            EXECUTE format('DELETE FROM %I', name);
        END LOOP;
        UPDATE event_epoch SET epoch = 1;
    END $$
"""
_used: dict[str, list[str]] = defaultdict(list)
"""This process's databases by service, emptied and free."""


def admin_url() -> str:
    """The test cluster's address as its superuser; tests/conftest.py starts the cluster."""
    return os.environ["RAPPORT_TEST_POSTGRES_URL"]


def database_url(name: str, driver: str = "postgresql+asyncpg") -> str:
    """The address of one database of the test cluster."""
    return urlsplit(admin_url())._replace(scheme=driver, path=f"/{name}").geturl()


@asynccontextmanager
async def fresh_database(service: str | None = None) -> AsyncIterator[str]:
    """An empty database, or one with a service's schema and no rows. Yields its SQLAlchemy URL.

    A test that changes a schema takes `own_database`.
    """
    if service is None:
        async with own_database() as url:
            yield url
        return
    name = _used[service].pop() if _used[service] else await _create(service)
    yield database_url(name)
    connection = await asyncpg.connect(database_url(name, "postgresql"))
    try:
        await connection.execute(_EMPTY)
    finally:
        await connection.close()
    _used[service].append(name)


@asynccontextmanager
async def own_database(service: str | None = None) -> AsyncIterator[str]:
    """A database that nobody uses afterwards: it is dropped."""
    name = await _create(service)
    yield database_url(name)
    admin = await asyncpg.connect(admin_url())
    try:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def _create(service: str | None) -> str:
    name = f"t_{new_id().hex}"
    admin = await asyncpg.connect(admin_url())
    try:
        template = await _template(admin, service) if service else "template0"
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    finally:
        await admin.close()
    return name


async def _template(admin: asyncpg.Connection, service: str) -> str:
    """Make the migrated template of a service once per cluster, whichever worker comes first."""
    name = f"template_{service}"
    await admin.execute("SELECT pg_advisory_lock($1)", TEMPLATE_LOCK)
    try:
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate", name):
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
            await admin.execute(f'CREATE DATABASE "{name}"')
            await asyncio.to_thread(migrations.upgrade, service, database_url(name))
            await admin.execute(f'ALTER DATABASE "{name}" IS_TEMPLATE true')
    finally:
        await admin.execute("SELECT pg_advisory_unlock($1)", TEMPLATE_LOCK)
    return name
