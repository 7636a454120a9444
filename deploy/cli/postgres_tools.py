"""pg_dump and pg_restore: which fit a server, and how they run with no password and no person's data in sight."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from sqlalchemy.engine import make_url

from deploy.local.postgres_binaries import PROGRAMS, WHEEL
from deploy.local.problems import Failed, Unavailable

PATH = "/usr/local/bin:/usr/bin:/bin"


def find(program: str, major: int) -> Path:
    """A program for a server of that major version: of the same one, else the next newer. Raises Unavailable."""
    found = _found(program, major)
    if fitting := [version for version in found if version >= major]:
        return found[min(fitting)]
    raise Unavailable(
        f"There is no {program} for Postgres {major} here; install the package postgresql-client-{major}."
    )


def newest(program: str) -> Path:
    """The one that reads the files of all the others. Raises Unavailable where there is none."""
    if found := _found(program):
        return found[max(found)]
    raise Unavailable(f"There is no {program} here; install requirements.lock or the package postgresql-client.")


async def run(program: Path, *arguments: str, url: str | None = None) -> str:
    """Run a program to its end, against a database or on files alone; returns what it printed.

    Raises Failed with the first complaint, whose quoted parts are left out: they may be what people wrote.
    """
    process = await asyncio.create_subprocess_exec(
        str(program), "--no-password", *arguments, env=_environment(url) if url else {"PATH": PATH, "LC_ALL": "C"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, complaints = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise Failed(f"{program.name} failed: {_first(complaints.decode(errors='replace'))}")
    return (out or b"").decode(errors="replace")


def _found(program: str, major: int | None = None) -> dict[int, Path]:
    """By major version."""
    found: dict[int, Path] = {}
    for path in _places(program, major):
        found.setdefault(_major(path), path)
    return found


def _places(program: str, major: int | None) -> Iterator[Path]:
    folders = [Path(f"/usr/lib/postgresql/{major}/bin")] if major else []
    with suppress(PackageNotFoundError):
        folders.append(Path(str(distribution(WHEEL).locate_file(""))) / PROGRAMS / "bin")
    if elsewhere := shutil.which(program):
        folders.append(Path(elsewhere).parent)
    return (folder / program for folder in folders if (folder / program).exists())


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=10).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _environment(url: str) -> dict[str, str]:
    """The address as libpq reads it from the environment; arguments can be read by everyone on the machine."""
    address = make_url(url)
    query = {name: value for name, value in address.query.items() if isinstance(value, str)}
    values = {
        "PGHOST": address.host or query.get("host"),
        "PGPORT": str(address.port) if address.port else query.get("port"),
        "PGUSER": address.username,
        "PGPASSWORD": str(address.password) if address.password else None,
        "PGDATABASE": address.database,
        "PGSSLMODE": query.get("sslmode") or query.get("ssl"),
        "PGSSLROOTCERT": query.get("sslrootcert"),
        "PGPASSFILE": os.environ.get("PGPASSFILE"),
        "HOME": os.environ.get("HOME"),
    }
    fixed = {"PATH": PATH, "LC_ALL": "C", "PGCONNECT_TIMEOUT": "10"}
    return fixed | {name: value for name, value in values.items() if value}


def _first(complaints: str) -> str:
    lines = (
        [line for line in complaints.splitlines() if "error:" in line] or complaints.splitlines() or ["it said nothing"]
    )
    return re.sub(r'"[^"]*"', '"..."', lines[0])
