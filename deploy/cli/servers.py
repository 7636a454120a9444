"""The servers of one service, for acts that need more than a connection: also while the platform is down."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import asyncpg
from sqlalchemy.engine import make_url

from deploy.cli.common import CheckFailed
from deploy.cli.connections import admin_url, broker_url, database_url, plain, setting_of
from deploy.local import brokers
from deploy.local.databases import ensure_service_databases
from deploy.local.home import Home
from deploy.local.postgres import SUPERUSER, find_or_start
from deploy.local.problems import Unavailable
from deploy.registry import platform_topology
from deploy.topology import declare

LEAVING_SECONDS = 2.0

# A role that is no superuser is not told of which kind the sessions of other roles are.
_SESSIONS = """
    SELECT DISTINCT coalesce(nullif(application_name, ''), usename) AS name FROM pg_stat_activity
    WHERE datname = $1 AND usename IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
      AND pid <> pg_backend_pid() ORDER BY 1
"""


@dataclass(frozen=True)
class Server:
    """`url` is the service's database as its own role, `admin_url` the server as a role that may make databases."""

    service: str
    url: str
    admin_url: str

    @property
    def database(self) -> str:
        """The name of the service's database."""
        return str(make_url(self.url).database)

    def url_of(self, database: str) -> str:
        """Another database of the server, as the service's role."""
        return with_database(self.url, database)


def with_database(url: str, database: str) -> str:
    """The same server and role, another database."""
    return make_url(url).set(database=database).render_as_string(hide_password=False)


@asynccontextmanager
async def server(service: str, *, new_home: bool = False) -> AsyncIterator[Server]:
    """The server that RAPPORT_<SERVICE>_DATABASE_URL names, else the running platform's, else the home's own, which
    runs as long as the block. RAPPORT_POSTGRES_URL names the role that may make databases."""
    async with AsyncExitStack() as stack:
        home = None if os.environ.get(setting_of(service)) else stack.enter_context(_idle_home(new=new_home))
        yield await _server(service, home, stack)


@asynccontextmanager
async def server_and_broker(service: str) -> AsyncIterator[tuple[Server, str]]:
    """`server`, and in the same way the address of the broker, which RAPPORT_AMQP_URL names."""
    async with AsyncExitStack() as stack:
        named = os.environ.get(setting_of(service)) and os.environ.get("RAPPORT_AMQP_URL")
        home = None if named else stack.enter_context(_idle_home())
        yield await _server(service, home, stack), await _broker(home, stack)


async def demand_silence(connection: asyncpg.Connection, found: Server) -> None:
    """Raises CheckFailed while anybody else uses the service's database."""
    clock = asyncio.get_running_loop()
    limit = clock.time() + LEAVING_SECONDS
    # The server sees a moment later that a process has ended.
    while (names := await connection.fetch(_SESSIONS, found.database)) and clock.time() < limit:
        await asyncio.sleep(0.1)
    if names:
        raise CheckFailed(
            f"The database of {found.service} is in use ({', '.join(row['name'] for row in names)}): stop the "
            "service's processes (where `rapport up` runs them, end it with Ctrl-C), then do this again. "
            "Nothing was changed."
        )


@contextmanager
def _idle_home(*, new: bool = False) -> Iterator[Home | None]:
    """The home, held while its servers are ours to start; None where a platform runs on it."""
    home = Home.find(new=new)
    with ExitStack() as stack:
        try:
            stack.enter_context(home.locked())
        except Unavailable:
            yield None
            return
        yield home


async def _server(service: str, home: Home | None, stack: AsyncExitStack) -> Server:
    admin = admin_url()
    if os.environ.get(setting_of(service)):
        url = database_url(service)
        return Server(service, url, admin or with_database(url, "postgres"))
    if home is None:
        url = database_url(service)
        return Server(service, url, admin or _superuser(Home.find(), url))
    postgres = await find_or_start(home)
    stack.push_async_callback(postgres.stop)
    databases = await ensure_service_databases(home, postgres.url, [service])
    return Server(service, plain(databases[service]), postgres.url)


async def _broker(home: Home | None, stack: AsyncExitStack) -> str:
    if home is None or os.environ.get("RAPPORT_AMQP_URL"):
        return broker_url()
    broker = await brokers.find(home)
    stack.push_async_callback(broker.stop)
    url = (await broker.start()).amqp_url
    await declare(url, platform_topology())  # the archive is up some time after the broker
    return url


def _superuser(home: Home, url: str) -> str:
    found = make_url(url).set(username=SUPERUSER, password=home.secrets.password("postgres"), database="postgres")
    return found.render_as_string(hide_password=False)
