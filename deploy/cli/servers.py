"""The database server of one service, for acts that need more than a connection: also while the platform is down."""

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from deploy.cli.common import addresses
from deploy.cli.connections import plain, setting_of
from deploy.local.databases import ensure_service_databases
from deploy.local.home import Home
from deploy.local.postgres import SUPERUSER, find_or_start
from deploy.local.problems import Unavailable


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
async def server(service: str) -> AsyncIterator[Server]:
    """The server that RAPPORT_<SERVICE>_DATABASE_URL names, else the running platform's, else the home's own, which
    runs as long as the block. RAPPORT_POSTGRES_URL names the role that may make databases."""
    admin_url = os.environ.get("RAPPORT_POSTGRES_URL")
    if given := os.environ.get(setting_of(service)):
        url = plain(given)
        yield Server(service, url, admin_url or with_database(url, "postgres"))
        return
    home = Home.find()
    with ExitStack() as stack:
        if not _locked(home, stack):
            url = plain(addresses().databases[service])
            yield Server(service, url, admin_url or _superuser(home, url))
            return
        postgres = await find_or_start(home)
        try:
            databases = await ensure_service_databases(home, postgres.url, [service])
            yield Server(service, plain(databases[service]), postgres.url)
        finally:
            await postgres.stop()


def _locked(home: Home, stack: ExitStack) -> bool:
    """Hold the home while its servers are ours to start; False where a platform runs on it."""
    try:
        stack.enter_context(home.locked())
    except Unavailable:
        return False
    return True


def _superuser(home: Home, url: str) -> str:
    found = make_url(url).set(username=SUPERUSER, password=home.secrets.password("postgres"), database="postgres")
    return found.render_as_string(hide_password=False)
