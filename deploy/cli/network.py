"""`rapport network apply FILE`: places, what is set there and what is offered, from one TOML file."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
from cyclopts import App

from deploy.cli.common import Typed, checked, client, say

SECTIONS = (
    ("places", "/places/{site}"),
    ("documents", "/documents/{document}/versions/{version}"),
    ("programmes", "/programmes/{programme}"),
    ("roles", "/roles/{role}"),
    ("policies", "/places/{site}/policy"),
    ("readiness", "/places/{site}/readiness/{item}"),
    ("offerings", "/offerings/{offering}"),
)
"""In the order in which they depend on each other; each entry is PUT to its path."""


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="network", help="The tree of places and what is offered there.")
    group.command(apply)
    app.command(group)


def apply(file: Path) -> None:
    """Bring the platform to what FILE says; applying it again changes nothing.

    FILE is TOML with [[places]], [[documents]], [[programmes]], [[roles]], [[policies]], [[readiness]] and
    [[offerings]], each with the fields of the API's PUT. What the file does not name is left as it is.
    """
    network = read_network(file)
    changed, total = asyncio.run(_apply(network))
    say(f"{total} entries applied, {changed} changed.")


def read_network(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The sections of a network file. Raises Typed naming what cannot be read."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Typed(f"{file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Typed(f"{file} is not TOML: {error}.") from error
    known = [section for section, _ in SECTIONS]
    if unknown := sorted(set(document) - set(known)):
        raise Typed(f"{file}: {', '.join(unknown)} is not known; a network has {', '.join(known)}.")
    return {section: document.get(section, []) for section in known}


async def apply_network(http: httpx2.AsyncClient, network: dict[str, list[dict[str, Any]]]) -> tuple[int, int]:
    """PUT every entry in order; returns (changed, all)."""
    changed = total = 0
    for section, path in SECTIONS:
        for number, entry in enumerate(network.get(section, []), 1):
            names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
            if missing := [name for name in names if name not in entry]:
                raise Typed(f"{section} entry {number}: {', '.join(missing)} is missing.")
            url = path.format(**{name: quote(str(entry[name]), safe="@.") for name in names})
            body = {key: value for key, value in entry.items() if key not in names}
            try:
                answer = checked(await http.put(url, json=body, headers={"If-Match": "*"}))
            except Typed as error:
                raise Typed(f"{section} entry {number} ({url}): {error}") from error
            changed += bool(answer["changed"])
            total += 1
    return changed, total


async def _apply(network: dict[str, list[dict[str, Any]]]) -> tuple[int, int]:
    if not network["places"]:
        raise Typed("The file names no places; without one there is nothing to hang the rest on.")
    root = str(network["places"][0].get("site", "")).split(".")[0]
    async with client("intake", root, "administrator") as http:
        return await apply_network(http, network)
