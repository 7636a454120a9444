"""Restoring a backup beside a service's database and swapping it in by name, so that a failure harms nothing."""

from collections.abc import Collection
from importlib import import_module
from pathlib import Path

import asyncpg
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from deploy.cli import postgres_tools
from deploy.cli.common import CheckFailed, Typed
from deploy.cli.connections import connected
from deploy.cli.servers import Server, demand_silence, server
from deploy.registry import SERVICES
from shared import migrations
from shared.clock import real_now
from shared.db import PLATFORM, create_engine

OPTIONS = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")


async def swap_in(service: str, file: Path) -> str | None:
    """Restore beside, check, swap; returns what the replaced database is called now, if there was one.

    Raises CheckFailed while somebody uses it, Typed when the backup does not fit, Failed when it cannot be restored.
    """
    async with (
        server(service, new_home=True) as found,
        connected(found.admin_url, "Postgres", "RAPPORT_POSTGRES_URL") as admin,
    ):
        await demand_silence(admin, found)
        stamp = real_now().strftime("%Y%m%d%H%M%S")
        fresh, kept = f"{found.database}_new_{stamp}", kept_name(found.database, stamp)
        try:
            await _make(admin, found, fresh)
            program = postgres_tools.find("pg_restore", admin.get_server_version().major)
            await postgres_tools.run(program, *OPTIONS, f"--dbname={fresh}", str(file), url=found.url_of(fresh))
            await _demand_fitting(service, found.url_of(fresh))
            replaced = await _swap(admin, found, fresh, kept)
        finally:
            await admin.execute(f'DROP DATABASE IF EXISTS "{fresh}" WITH (FORCE)')
    return kept if replaced else None


def kept_name(database: str, stamp: str) -> str:
    """What a replaced database is called from then on."""
    return f"{database}_before_{stamp}"


async def _make(admin: asyncpg.Connection, found: Server, fresh: str) -> None:
    """An empty database of the same owner that nobody else may enter."""
    owner = await admin.fetchval("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", found.database)
    owner = owner or make_url(found.url).username  # on a new machine there is none yet
    await admin.execute(f'CREATE DATABASE "{fresh}" OWNER "{owner}" TEMPLATE template0')
    await admin.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{fresh}" FROM PUBLIC')


async def _demand_fitting(service: str, url: str) -> None:
    """Raises Typed when what was restored is another service's, or newer than this code. Makes it ready for use."""
    engine = create_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.connect() as connection:
            there = set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))
        if (whose := owner_of(there)) != service:
            raise Typed(f"This is a backup of {whose or 'no service of ours'}, not of {service}. Nothing was changed.")
        if await migrations.state(service, engine) == "newer":
            raise Typed("The backup was made by a newer version; restore it with that. Nothing was changed.")
        async with engine.begin() as connection:
            await connection.execute(text("ANALYZE"))
    finally:
        await engine.dispose()


def owner_of(tables: Collection[str]) -> str | None:
    """The service whose tables these are for the most part; None where they are nobody's."""

    def likeness(service: str) -> float:
        own = set(import_module(f"services.{service}.tables").Base.metadata.tables)
        return len(own & there) / len(own | there)

    there = set(tables) - set(PLATFORM.tables) - {"alembic_version"}
    best = max(SERVICES, key=likeness)
    return best if likeness(best) > 0 else None


async def _swap(admin: asyncpg.Connection, found: Server, fresh: str, kept: str) -> bool:
    """Both names in one transaction: there is no moment without the database. True where there was one before."""
    try:
        async with admin.transaction():
            there = await admin.fetchval("SELECT true FROM pg_database WHERE datname = $1", found.database)
            if there:
                await admin.execute(f'ALTER DATABASE "{found.database}" RENAME TO "{kept}"')
            await admin.execute(f'ALTER DATABASE "{fresh}" RENAME TO "{found.database}"')
    except asyncpg.ObjectInUseError:
        raise CheckFailed(f"Somebody opened the database of {found.service} meanwhile. Nothing was changed.") from None
    return bool(there)
