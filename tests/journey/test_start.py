"""What is wrong is said at start, with the exit code that says whose turn it is."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.ports import private_port
from tests.support.brokers import fresh_broker
from tests.support.command import rapport
from tests.support.databases import own_database
from tests.support.running import PUBLIC_KEYS


@pytest.fixture
async def env(tmp_path: Path) -> AsyncIterator[dict[str, str]]:
    """Everything that `rapport run screening` needs."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(PUBLIC_KEYS))
    async with own_database("screening") as database_url, fresh_broker() as amqp_url:
        yield {
            "RAPPORT_SCREENING_DATABASE_URL": database_url,
            "RAPPORT_SCREENING_PORT": str(private_port()),
            "RAPPORT_AMQP_URL": amqp_url,
            "RAPPORT_KEYS_FILE": str(keys),
        }


async def test_a_missing_setting_is_named(env: dict[str, str]) -> None:
    """Exit code 2 and the setting's name; nothing of the others' values."""
    answer = await rapport("run", "screening", env={**env, "RAPPORT_SCREENING_DATABASE_URL": "mysql://secret@nowhere"})
    assert answer.code == 2
    assert "RAPPORT_SCREENING_DATABASE_URL" in answer.err
    assert "secret" not in answer.err


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("RAPPORT_KEYS_FILE", "/nowhere/keys.json", "keys file"),
        ("RAPPORT_CLOCK", "yesterday", "RAPPORT_CLOCK"),
        ("RAPPORT_SCREENING_PORT", "99999999", "RAPPORT_SCREENING_PORT"),
    ],
)
async def test_a_wrong_setting_is_named(env: dict[str, str], setting: str, value: str, said: str) -> None:
    """Exit code 2, a sentence, no traceback."""
    answer = await rapport("run", "screening", env={**env, setting: value})
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


async def test_a_driven_clock_is_refused_in_production(env: dict[str, str]) -> None:
    """Production time is real time."""
    answer = await rapport("run", "screening", env={**env, "RAPPORT_ENV": "production", "RAPPORT_CLOCK": "file:/tmp/x"})
    assert answer.code == 2
    assert "production" in answer.err


async def test_a_taken_port_is_said(env: dict[str, str]) -> None:
    """Exit code 69 and the setting that moves it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(env["RAPPORT_SCREENING_PORT"])))
        taken.listen()
        answer = await rapport("run", "screening", env=env)
    assert answer.code == 69
    assert "RAPPORT_SCREENING_PORT" in answer.err


@pytest.mark.parametrize(("version", "advice"), [("9999", "newer version"), (None, "rapport db upgrade screening")])
async def test_another_schema_ends_the_start(env: dict[str, str], version: str | None, advice: str) -> None:
    """Exit code 69: a database of a newer release, or one not migrated, says what to do."""
    engine = create_async_engine(env["RAPPORT_SCREENING_DATABASE_URL"])
    async with engine.begin() as connection:
        change = f"UPDATE alembic_version SET version_num = '{version}'" if version else "DELETE FROM alembic_version"
        await connection.exec_driver_sql(change)
    await engine.dispose()
    answer = await rapport("run", "screening", env=env, within=60)
    assert answer.code == 69
    assert advice in answer.err


async def test_a_missing_topology_names_its_command(env: dict[str, str]) -> None:
    """Exit code 69 naming `rapport topology apply`."""
    async with fresh_broker(with_topology=False) as bare:
        answer = await rapport("run", "screening", env={**env, "RAPPORT_AMQP_URL": bare}, within=60)
    assert answer.code == 69
    assert "rapport topology apply" in answer.err


async def test_unknown_words_end_with_code_2() -> None:
    """What was typed wrong is said, with a way to get help."""
    answers = await asyncio.gather(rapport("fly"), rapport("run", "payroll"), rapport("events", "show", "moon.landed"))
    assert [answer.code for answer in answers] == [2, 2, 2]
    assert "--help" in answers[0].err


async def test_commands_without_a_platform_say_how_to_start_one(tmp_path: Path) -> None:
    """Exit code 69 and the command."""
    answer = await rapport("dead", "list", env={"RAPPORT_HOME": str(tmp_path / "none")})
    assert answer.code in (2, 69)
    assert "rapport up" in answer.err or "RAPPORT_HOME" in answer.err
