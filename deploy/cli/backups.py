"""`rapport backup|restore`: one service's database in a file, and back by swapping a fresh database in."""

import asyncio
import hashlib
import os
import re
from pathlib import Path
from typing import Any

from cyclopts import App

from deploy.cli import postgres_tools
from deploy.cli.common import Json, Typed, chosen, say, tell
from deploy.cli.connections import connected, setting_of
from deploy.cli.record import record
from deploy.cli.servers import server
from deploy.cli.swapping import swap_in
from deploy.cli.words import Yes, confirm
from deploy.local.home import Home
from deploy.local.problems import Failed
from shared.clock import real_now


def register(app: App) -> None:
    """Add these commands."""
    app.command(backup)
    app.command(restore)


def backup(service: str, file: Path | None = None, *, json: Json = False) -> None:
    """Write a service's database into a file while it works; whoever may read the file reads everything in it.

    Parameters
    ----------
    service
        whose database.
    file
        a new file; by default one named by service and time in the folder `backups` of RAPPORT_HOME.
    """
    chosen(service)
    file = (file or Home.find().folder("backups") / f"{service}-{_stamp()}.dump").absolute()
    made = asyncio.run(_backup(service, file))
    tell(made, f"{made['bytes']} bytes of {service} stand in {file} (sha256 {made['sha256']}).", as_json=json)


def restore(service: str, file: Path, *, yes: Yes = False, json: Json = False) -> None:
    """Put a backup in the place of a service's database. The service's processes have to be stopped.

    The backup is restored into a fresh database, checked, and swapped in by name; until then nothing changes. What
    stood there stays beside it under another name. Where no platform runs on this machine, its Postgres is started
    for as long as this takes.

    Parameters
    ----------
    service
        whose database.
    file
        what `rapport backup` wrote.
    """
    chosen(service)
    taken = asyncio.run(_taken(file))
    confirm(f"Put the backup of {taken} in the place of the database of {service}?", yes=yes)
    kept = asyncio.run(swap_in(service, file))
    done = record("database.restored", database=service, file=str(file), kept=kept)
    sentence = f"{service} is as it was at {taken}" + (f"; what it replaced is the database {kept}." if kept else ".")
    tell({"service": service, "backup_of": taken, "kept": kept, **done}, sentence, as_json=json)
    say(f"Run `rapport db restored {service}` before you start its processes.")
    if kept:
        say(f"What was replaced stays until you drop it: `rapport db kept {service}` lists it, `--drop` removes it.")


async def _backup(service: str, file: Path) -> dict[str, Any]:
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # pg_dump keeps the mode that it finds
        await _dump(service, part)
        await postgres_tools.run(postgres_tools.newest("pg_restore"), "--file=/dev/null", str(part))
        os.link(part, file)  # under its name only when it is whole, and never over another one
    except FileExistsError:
        raise Typed(f"{file} is there already; a backup never replaces a file.") from None
    except OSError as error:
        raise Typed(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
    _sync(file.parent)
    with file.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return {"service": service, "file": str(file), "bytes": file.stat().st_size, "sha256": digest}


async def _dump(service: str, part: Path) -> None:
    async with server(service) as found:
        async with connected(found.url, f"The database of {service}", setting_of(service)) as connection:
            version = connection.get_server_version().major
            await connection.fetchval("SELECT version_num FROM alembic_version")  # an empty one is worth no file
        program = postgres_tools.find("pg_dump", version)
        await postgres_tools.run(program, "--format=custom", f"--file={part}", url=found.url)


async def _taken(file: Path) -> str:
    """When the backup was made. Raises Typed where the file is none."""
    try:
        contents = await postgres_tools.run(postgres_tools.newest("pg_restore"), "--list", str(file))
    except Failed as error:
        raise Typed(f"{file} is no backup that can be read: {error}") from error
    return next(iter(re.findall(r"; Archive created at (.+)", contents)), "an unknown time").strip()


def _sync(folder: Path) -> None:
    """The name itself has to outlive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _stamp() -> str:
    return real_now().strftime("%Y%m%dT%H%M%SZ")
