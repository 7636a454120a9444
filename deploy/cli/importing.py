"""`rapport import FILE` and `rapport import-pairs FILE`: people, and their pairs, from another system's CSV files."""

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from deploy.cli.common import Json, Typed, client
from deploy.rosters import pairs
from deploy.rosters.importing import Order, Prepared, carry_out, prepare
from deploy.rosters.screening import Screener, screen

Flag = Annotated[bool, Parameter(negative="")]


def register(app: App) -> None:
    """Add these commands."""
    app.command(import_, name="import")
    app.command(import_pairs)


def import_(
    file: Path,
    *,
    site: str,
    role: str,
    map: str,
    offering: str | None = None,
    attest: str | None = None,
    screened_by: UUID | None = None,
    agreed_by: UUID | None = None,
    reference: str | None = None,
    notify: Flag = False,
    json: Json = False,
) -> int:
    """Import the people of FILE (CSV, UTF-8) and their applications; importing it again changes nothing.

    Exit code 0: all rows taken; 1: some were refused, and the report says which and why; 2: nothing could be sent.

    Parameters
    ----------
    site
        The place where they take part.
    role
        The id of their role in the catalogue.
    map
        A TOML file that says what the columns mean, or the name of a shipped one (civil-service).
    offering
        The offering they apply to; else the map's programme at the site.
    attest
        Why you may say that everybody in the file signed the conduct document; recorded under your name.
    screened_by
        The person who screened them all elsewhere; their cases are decided under that name.
    agreed_by
        The second person, who agrees where the role asks for one; with a token of theirs, in a run of their own.
    reference
        Where that screening is on record; goes with --screened-by.
    notify
        Let notify write to them; people who are imported get no mail otherwise.
    """
    if (screened_by is None) != (reference is None):
        raise Typed("--screened-by and --reference go together: who screened them, and where it is on record.")
    if agreed_by and not screened_by:
        raise Typed("--agreed-by goes with --screened-by: who decided what the second person agrees to.")
    prepared = prepare(Order(file, site, role, map, offering, attest, notify))
    screener = Screener(screened_by, reference, site, agreed_by) if screened_by and reference else None
    asyncio.run(_import(prepared, screener))
    prepared.report.print(as_json=json)
    return prepared.report.exit_code


async def _import(prepared: Prepared, screener: Screener | None) -> None:
    async with client("intake", str(prepared.head["site"]), "administrator") as http:
        await carry_out(prepared, http)
    if screener:
        await screen(prepared.report, screener)


def import_pairs(file: Path, *, site: str, map: str, offering: str | None = None, json: Json = False) -> int:
    """Take over the pairs of FILE (CSV, UTF-8) that run already; the same again changes nothing.

    Both people come from an import before, and are screened as all are: what is not ready is told by row, and taken
    when the same command runs again. Exit code 0: every row is a pair; 1: some are not; 2: nothing could be sent.

    Parameters
    ----------
    site
        The place at which their people were imported.
    map
        The TOML file by which the people were imported; its [pair] names the columns.
    offering
        The offering in which they are pairs; else the map's programme at the site.
    """
    prepared = pairs.prepare(file, site, map, offering)
    asyncio.run(_import_pairs(prepared))
    prepared.print(as_json=json)
    return prepared.exit_code


async def _import_pairs(prepared: pairs.Pairs) -> None:
    site = prepared.offering.partition("@")[2]
    async with client("intake", prepared.site, "coordinator") as intake, client("matching", site, "coordinator") as at:
        await pairs.carry_out(prepared, intake, at)
