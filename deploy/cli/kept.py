"""`rapport db kept`: the databases that restores have replaced, and dropping them."""

import asyncio
from typing import Annotated

from cyclopts import Parameter

from deploy.cli.common import Json, chosen, say, show
from deploy.cli.connections import connected
from deploy.cli.record import record
from deploy.cli.servers import server
from deploy.cli.swapping import kept_name
from deploy.cli.words import Yes, confirm

_KEPT = """
    SELECT datname AS database, pg_database_size(oid) AS bytes FROM pg_database WHERE datname ~ $1 ORDER BY 1
"""


def kept(
    service: str,
    /,
    *,
    drop: Annotated[bool, Parameter(negative="", help="Drop all of them.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """List the databases of SERVICE that restores have replaced, oldest first; each holds all that stood in it."""
    chosen(service)
    found = asyncio.run(_kept(service))
    show(found, as_json=json, title="Replaced by restores", empty=f"No restore has left a database of {service}.")
    if drop and found:
        names = [str(row["database"]) for row in found]
        confirm(f"Drop {', '.join(names)}? What stood in them is gone then.", yes=yes)
        asyncio.run(_drop(service, names))
        record("database.kept_dropped", service=service, databases=names)
        say(f"{len(names)} databases were dropped.")


async def _kept(service: str) -> list[dict[str, str | int]]:
    async with server(service) as found, connected(found.admin_url, "Postgres", "RAPPORT_POSTGRES_URL") as admin:
        pattern = "^" + kept_name(found.database, "[0-9]{14}") + "$"
        return [dict(row) for row in await admin.fetch(_KEPT, pattern)]


async def _drop(service: str, names: list[str]) -> None:
    async with server(service) as found, connected(found.admin_url, "Postgres", "RAPPORT_POSTGRES_URL") as admin:
        for name in names:
            await admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
