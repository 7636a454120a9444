"""One database and one role per service, and no door between them."""

from collections.abc import Iterable

import asyncpg
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from deploy.local.home import Home

PREFIX = "rapport_"  # on a server that others use too, `messaging` alone would be anyone's


async def ensure_service_databases(home: Home, admin_url: str, names: Iterable[str]) -> dict[str, str]:
    """Make what is missing and set the role's password; service name -> `postgresql+asyncpg://...` of its database.

    Role and database of `intake` are called `rapport_intake`; passwords are kept in the home.
    """
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        return {name: await _ensure(connection, home, admin_url, name) for name in names}
    finally:
        await connection.close()


async def _ensure(connection: asyncpg.Connection, home: Home, admin_url: str, name: str) -> str:
    role, password = f"{PREFIX}{name}", home.secrets.password(f"postgres-{name}")
    verb = "ALTER" if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role) else "CREATE"
    await connection.execute(f"{verb} ROLE \"{role}\" LOGIN PASSWORD '{password}'")  # ours, URL-safe characters
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", role):
        await connection.execute(f'GRANT "{role}" TO CURRENT_USER')  # an owner of databases need not be a superuser
        await connection.execute(f'CREATE DATABASE "{role}" OWNER "{role}"')
    await connection.execute(f'REVOKE CONNECT, TEMPORARY ON DATABASE "{role}" FROM PUBLIC')
    return _url(admin_url, role, password)


def _url(admin_url: str, role: str, password: str) -> str:
    server = make_url(admin_url)
    url = URL.create(
        "postgresql+asyncpg", role, password, server.host, server.port, database=role, query=server.query
    )  # fmt: skip
    return url.render_as_string(hide_password=False)
