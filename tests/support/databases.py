"""Databases for tests: one migrated template per service, copied for each test that asks."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg

from shared import migrations
from shared.ids import new_id

TEMPLATE_LOCK = 4_201_002


def admin_url() -> str:
    """The test cluster's address as its superuser; tests/conftest.py starts the cluster."""
    return os.environ["RAPPORT_TEST_POSTGRES_URL"]


def database_url(name: str, driver: str = "postgresql+asyncpg") -> str:
    """The address of one database of the test cluster."""
    return urlsplit(admin_url())._replace(scheme=driver, path=f"/{name}").geturl()


@asynccontextmanager
async def fresh_database(service: str | None = None) -> AsyncIterator[str]:
    """A database of its own: empty, or with a service's schema. Yields its SQLAlchemy URL."""
    name = f"t_{new_id().hex}"
    admin = await asyncpg.connect(admin_url())
    try:
        template = await _template(admin, service) if service else "template0"
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        try:
            yield database_url(name)
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


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
