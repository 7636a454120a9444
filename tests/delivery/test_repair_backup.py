"""The drill: back up, change, restore, compare; on a real Postgres, as a role that owns one database."""

import asyncio
import signal
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from deploy.cli.connections import plain
from shared.ids import new_id
from tests.support.command import COMMAND, ROOT, Answer
from tests.support.databases import admin_url, fresh_database, own_database
from tests.support.eventually import eventually
from tests.support.here import rapport_here

PASSWORD = "only-for-the-drill"

Rapport = Callable[..., Awaitable[Answer]]

_GIVE = """
    DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER TABLE %I OWNER TO "{role}"', name);
        END LOOP;
    END $$
"""


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """A database of intake whose owner may do nothing else, as in production; all that comes of it is dropped."""
    role = f"t_{new_id().hex}"
    admin = await asyncpg.connect(admin_url())
    async with own_database("intake") as made:
        url = urlsplit(plain(made))
        name = url.path[1:]
        await admin.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD '{PASSWORD}'")
        await admin.execute(f'ALTER DATABASE "{name}" OWNER TO "{role}"')
        await execute(plain(made), _GIVE.format(role=role))
        yield url._replace(netloc=f"{role}:{PASSWORD}@{url.hostname}:{url.port}").geturl()
    for row in await admin.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"{name}%"):
        await admin.execute(f'DROP DATABASE "{row["datname"]}" WITH (FORCE)')
    await admin.execute(f'DROP ROLE "{role}"')
    await admin.close()


@pytest.fixture
def rapport(database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Rapport:
    """The command, told where the database is and who may make others."""
    monkeypatch.setenv("RAPPORT_INTAKE_DATABASE_URL", database_url.replace("postgresql://", "postgresql+asyncpg://"))
    monkeypatch.setenv("RAPPORT_POSTGRES_URL", admin_url())
    return lambda *arguments: rapport_here(capsys, *arguments)


async def execute(url: str, statement: str) -> list[Any]:
    """Run one statement on a connection of its own."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def content(url: str) -> dict[str, list[str]]:
    """Every table's rows as text."""
    tables = [row[0] for row in await execute(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {name: sorted(str(row) for row in await execute(url, f'SELECT t::text FROM "{name}" t')) for name in tables}


async def names(database_url: str) -> list[str]:
    """The databases that began with this one."""
    name = urlsplit(database_url).path[1:]
    found = await execute(admin_url(), f"SELECT datname FROM pg_database WHERE datname LIKE '{name}%' ORDER BY 1")
    return [row[0] for row in found]


_HANG = """
    CREATE FUNCTION hang(number int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
        IF current_database() LIKE '%\\_new\\_%' THEN PERFORM pg_sleep(60); END IF;
        RETURN number;
    END $$
"""
CHANGE = "INSERT INTO event_sequence SELECT 'subject/' || n, n FROM generate_series({}, {}) n"


async def test_the_drill(database_url: str, tmp_path: Path, rapport: Rapport) -> None:
    """What is restored is what was backed up, in the same name and role; what it replaced is kept beside it."""
    file = tmp_path / "intake.dump"
    await execute(database_url, CHANGE.format(1, 500))
    before = await content(database_url)
    made = await rapport("backup", "intake", str(file), "--json")
    assert made.code == 0, made.err
    assert made.json["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    await execute(database_url, CHANGE.format(501, 600))
    await execute(database_url, "UPDATE event_epoch SET epoch = 7")
    changed = await content(database_url)

    asked = await rapport("restore", "intake", str(file))
    assert (asked.code, "--yes" in asked.err) == (2, True)
    visitor = await asyncpg.connect(database_url)
    refused = await rapport("restore", "intake", str(file), "--yes")
    await visitor.close()
    assert (refused.code, "stop the" in refused.err) == (1, True)
    assert await content(database_url) == changed

    done = await rapport("restore", "intake", str(file), "--yes", "--json")
    assert done.code == 0, done.err
    assert "rapport db restored intake" in done.err
    assert await content(database_url) == before
    await execute(database_url, CHANGE.format(501, 501))
    name = urlsplit(database_url).path[1:]
    assert await names(database_url) == [name, done.json["kept"]]
    kept = urlsplit(admin_url())._replace(path=f"/{done.json['kept']}").geturl()
    assert await content(kept) == changed
    listed = await rapport("db", "kept", "intake", "--json")
    assert [row["database"] for row in listed.json] == [done.json["kept"]]
    assert (await rapport("db", "kept", "intake", "--drop", "--yes")).code == 0
    assert await names(database_url) == [name]
    assert PASSWORD not in made.out + made.err + done.out + done.err


async def test_a_backup_that_cannot_be_restored_harms_nothing(
    database_url: str, tmp_path: Path, rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut-off file, another service's, and none: each is a sentence, and no database comes or goes."""
    file, cut = tmp_path / "intake.dump", tmp_path / "cut.dump"
    await execute(database_url, CHANGE.format(1, 20_000))
    assert (await rapport("backup", "intake", str(file))).code == 0
    assert (await rapport("backup", "intake", str(file))).code == 2
    cut.write_bytes(file.read_bytes()[:-20_000])
    before, there = await content(database_url), await names(database_url)

    broken = await rapport("restore", "intake", str(cut), "--yes")
    assert (broken.code, "pg_restore failed" in broken.err) == (70, True)
    cut.write_text("no backup")
    assert (await rapport("restore", "intake", str(cut), "--yes")).code == 2
    async with fresh_database("notify") as other:
        monkeypatch.setenv("RAPPORT_NOTIFY_DATABASE_URL", other)
        foreign = await rapport("restore", "notify", str(file), "--yes")
    assert (foreign.code, "a backup of intake, not of notify" in foreign.err) == (2, True)
    assert await content(database_url) == before
    assert await names(database_url) == there


async def test_a_backup_of_nothing_is_none(tmp_path: Path, rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer, has no tables, or a folder that is not there leave no file."""
    file = tmp_path / "intake.dump"
    assert (await rapport("backup", "intake", str(tmp_path / "none" / "intake.dump"))).code == 2
    async with fresh_database() as empty:
        monkeypatch.setenv("RAPPORT_INTAKE_DATABASE_URL", empty)
        assert (await rapport("backup", "intake", str(file))).code == 69
    monkeypatch.setenv("RAPPORT_INTAKE_DATABASE_URL", f"postgresql://nobody:{PASSWORD}@127.0.0.1:1/none")
    away = await rapport("backup", "intake", str(file))
    assert (away.code, PASSWORD in away.err) == (69, False)
    assert list(tmp_path.iterdir()) == []


async def test_a_mistyped_home_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rapport: Rapport) -> None:
    """Exit code 2 and the folder's name, and no empty database in it that looks like a backup."""
    monkeypatch.delenv("RAPPORT_INTAKE_DATABASE_URL")
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "typo"))
    for words in ([], [str(tmp_path / "intake.dump")]):
        answer = await rapport("backup", "intake", *words)
        assert (answer.code, str(tmp_path / "typo") in answer.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


@asynccontextmanager
async def cut_off(*arguments: str, by: signal.Signals) -> AsyncIterator[None]:
    """The command in a process of its own, which is asked to end after the block, and does."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
        process.send_signal(by)
        code = await asyncio.wait_for(process.wait(), 30)
    finally:
        if process.returncode is None:
            process.kill()
    assert code == {signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: 130}[by]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_backup_that_is_cut_off_leaves_no_part(
    database_url: str, tmp_path: Path, rapport: Rapport, by: signal.Signals
) -> None:
    """It ends while the dump waits for a table."""
    locker = await asyncpg.connect(database_url)
    async with locker.transaction():
        await locker.execute("LOCK TABLE event_sequence")
        async with cut_off("backup", "intake", str(tmp_path / "intake.dump"), by=by):
            await eventually(lambda: list(tmp_path.glob(".intake.dump.*")), within=30)
            waits = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pg_dump' AND wait_event = 'relation'"
            await eventually(lambda: execute(admin_url(), waits), within=30)
    await locker.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
async def test_a_restore_that_is_cut_off_leaves_no_database(
    database_url: str, tmp_path: Path, rapport: Rapport, by: signal.Signals
) -> None:
    """It ends while the rows are put into the new database, where the check of this one takes a minute."""
    await execute(database_url, _HANG)
    await execute(database_url, "CREATE TABLE slow (number int CHECK (hang(number) = number))")
    await execute(database_url, "INSERT INTO slow VALUES (1)")
    file = tmp_path / "intake.dump"
    assert (await rapport("backup", "intake", str(file))).code == 0
    before = await content(database_url)
    async with cut_off("restore", "intake", str(file), "--yes", by=by):
        like = f"{urlsplit(database_url).path[1:]}_new_%"
        hangs = f"SELECT 1 FROM pg_stat_activity WHERE datname LIKE '{like}' AND wait_event = 'PgSleep'"
        await eventually(lambda: execute(admin_url(), hangs), within=30)
    assert await names(database_url) == [urlsplit(database_url).path[1:]]
    assert await content(database_url) == before
