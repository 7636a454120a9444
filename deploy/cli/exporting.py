"""`rapport export FILE`: those who take part, as a CSV file that `rapport import` takes again."""

import asyncio
from pathlib import Path

from cyclopts import App

from deploy.cli.common import Json, client, say
from deploy.rosters.exporting import Export, carry_out, prepare
from deploy.rosters.importing import Order
from deploy.rosters.writing import sentences


def register(app: App) -> None:
    """Add this command."""
    app.command(export)


def export(file: Path, *, site: str, role: str, map: str, offering: str | None = None, json: Json = False) -> int:
    """Write those who take part to FILE (CSV, UTF-8); importing it with the same map changes nothing.

    Exit code 0: everybody is in it; 1: some are not, and the report says who and why; 2: nothing was written.

    Parameters
    ----------
    site
        The place whose people are written, and those of the places below it.
    role
        The id of their role in the catalogue.
    map
        The TOML file by which they are imported, or the name of a shipped one (civil-service).
    offering
        The offering they take part in; else the map's programme at the site.
    """
    prepared = prepare(Order(file, site, role, map, offering))
    for sentence in sentences(prepared.plan):
        say(sentence)
    asyncio.run(_export(prepared, site))
    prepared.print(as_json=json)
    return prepared.exit_code


async def _export(prepared: Export, site: str) -> None:
    async with client("intake", site, "administrator") as http:
        await carry_out(prepared, http)
