"""`rapport outbox` on a real Postgres, and the relay that takes up what was put back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from deploy.cli.connections import plain
from shared.contracts.intake import RoleChanged, SiteChanged
from shared.messaging.topology import queue_name
from shared.outbox import emit
from tests.support.brokers import depth, fresh_broker
from tests.support.command import Answer
from tests.support.databases import fresh_database
from tests.support.eventually import eventually
from tests.support.here import rapport_here
from tests.support.live import live
from tests.support.running import BEGINNING, Running

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
SITE = SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul")

_NAMES = "SELECT column_name FROM information_schema.columns WHERE table_name = 'outbox_refused'"
_MOVE = "INSERT INTO outbox_refused ({moved}, reason, refused_at) SELECT {moved}, 'too large', now() FROM outbox"

Rapport = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """A database of intake."""
    async with fresh_database("intake") as url:
        yield url


@pytest.fixture
def rapport(database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Rapport:
    """The command, told where the database is."""
    monkeypatch.setenv("RAPPORT_INTAKE_DATABASE_URL", database_url)
    return lambda *arguments: rapport_here(capsys, *arguments, "--service=intake")


async def test_refused_events_go_back_with_their_ids_and_are_sent(
    database_url: str, tmp_path: Path, rapport: Rapport
) -> None:
    """Status counts and gives reasons; retry asks, moves each row once, and the relay sends it."""
    async with fresh_broker() as amqp_url:
        async with live("intake", "amqp://127.0.0.1:1/", tmp_path, database_url=database_url) as intake:
            await _emit(intake)
        refused = await _refuse(database_url)
        status = (await rapport("outbox", "status", "--json")).json
        assert [(line["pending"], line["refused"]) for line in status["outboxes"]] == [(0, 2)]
        assert {line["reason"] for line in status["refused"]} == {"too large"}
        assert (await rapport("outbox", "retry")).code == 2
        would = await rapport("outbox", "retry", "--type=role.changed", "--dry-run", "--json")
        assert [line["type"] for line in would.json] == [RoleChanged.type]
        done = await rapport("outbox", "retry", "--yes", "--json")
        assert set(done.json["put_back"]) == refused
        assert done.json["by"]
        assert (await rapport("outbox", "retry", "--yes", "--json")).json == []
        line = (await rapport("outbox", "status", "--json")).json["outboxes"][0]
        assert (line["pending"], line["refused"]) == (2, 0)
        assert line["age_seconds"] < 60
        async with live("intake", amqp_url, tmp_path, database_url=database_url):
            await eventually(lambda: _arrived(amqp_url))


async def _emit(intake: Running) -> None:
    async with intake.service.sessions.begin() as session:
        await emit(session, ROLE, SITE, at=BEGINNING)


async def _refuse(database_url: str) -> set[str]:
    """What the relay does with rows that the broker refuses; returns their ids."""
    connection = await asyncpg.connect(plain(database_url))
    try:
        columns = [row[0] for row in await connection.fetch(_NAMES)]
        moved = ", ".join(name for name in columns if name not in ("reason", "refused_at"))
        await connection.execute(_MOVE.format(moved=moved))
        await connection.execute("DELETE FROM outbox")
        return {str(row[0]) for row in await connection.fetch("SELECT event_id FROM outbox_refused")}
    finally:
        await connection.close()


async def _arrived(amqp_url: str) -> bool:
    return await depth(amqp_url, queue_name("screening", RoleChanged)) == 1
