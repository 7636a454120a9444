"""`rapport doctor` on real servers that the environment names: what stands on them, and what lacks there."""

import os

import aio_pika
import asyncpg
import pytest

from shared.contracts.intake import ApplicationSubmitted
from shared.messaging.topology import queue_name
from tests.delivery.conftest import Rapport
from tests.support.databases import own_database

QUEUE = queue_name("screening", ApplicationSubmitted)


async def rows(rapport: Rapport) -> tuple[int, dict[str, tuple[str, str]]]:
    """The exit code, and each check's state and sentence. Ports of this machine are not this test's to judge."""
    answer = await rapport("doctor", "--json")
    found = {row["check"]: (row["state"], row["says"]) for row in answer.json["checks"] if row["check"] != "ports"}
    return answer.code, found


async def states(rapport: Rapport) -> dict[str, str]:
    """What is not in order."""
    _, found = await rows(rapport)
    return {check: state for check, (state, _) in found.items() if state != "ok"}


@pytest.fixture(autouse=True)
def management(monkeypatch: pytest.MonkeyPatch) -> None:
    """The management API's address, as an operator sets it."""
    monkeypatch.setenv("RAPPORT_AMQP_MANAGEMENT_URL", os.environ["RAPPORT_TEST_MANAGEMENT_URL"])


async def test_servers_in_order_are_told_with_their_versions(rapport: Rapport) -> None:
    assert await states(rapport) == {}
    _, found = await rows(rapport)
    assert "RabbitMQ 3." in found["broker"][1]
    assert "Postgres " in found["postgres notify"][1]
    assert "streams" in found["broker features"][1]
    assert "6 clock(s)" in found["clock"][1]


async def test_a_schema_of_another_version_is_a_fault_with_its_command(
    rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind, and newer; the database itself is in order."""
    async with own_database() as empty, own_database("screening") as newer:
        monkeypatch.setenv("RAPPORT_INTAKE_DATABASE_URL", empty)
        monkeypatch.setenv("RAPPORT_SCREENING_DATABASE_URL", newer)
        connection = await asyncpg.connect(newer.replace("postgresql+asyncpg", "postgresql"))
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
        await connection.close()
        code, found = await rows(rapport)
        assert await states(rapport) == {"schema intake": "fault", "schema screening": "fault"}
    assert code == 1
    assert "rapport db upgrade intake" in found["schema intake"][1]
    assert "newer than this version" in found["schema screening"][1]


async def test_a_topology_that_lacks_something_is_a_fault_and_surplus_a_warning(
    rapport: Rapport, amqp_url: str
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("screening.moon-landed-v1", durable=True)
        assert await states(rapport) == {"topology": "warning"}
        await channel.queue_delete(QUEUE)
    code, found = await rows(rapport)
    assert (code, found["topology"][0], "rapport topology diff" in found["topology"][1]) == (1, "fault", True)


async def test_a_management_api_that_lets_nobody_in_is_a_warning(
    rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform works without it; what only it shows is not called in order."""
    monkeypatch.setenv("RAPPORT_AMQP_MANAGEMENT_URL", "http://127.0.0.1:1")
    assert await states(rapport) == {"topology": "warning", "broker features": "warning"}
    monkeypatch.delenv("RAPPORT_AMQP_MANAGEMENT_URL")
    assert await states(rapport) == {}


async def test_what_is_away_does_not_hide_the_rest(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    """One database is away: the other four, the broker and the clocks are looked at."""
    monkeypatch.setenv("RAPPORT_MATCHING_DATABASE_URL", "postgresql+asyncpg://u:hunter2@127.0.0.1:1/x")
    code, found = await rows(rapport)
    assert await states(rapport) == {"postgres matching": "fault", "schema matching": "fault"}
    assert (code, "5 clock(s)" in found["clock"][1]) == (1, True)
    assert "hunter2" not in str(found)
