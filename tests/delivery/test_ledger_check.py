"""`rapport ledger check` on real servers, found by the environment; a part that is missing is named."""

import re

import aio_pika
import pytest

from shared.contracts.intake import RoleChanged
from shared.messaging.topology import queue_name
from tests.delivery.conftest import Rapport
from tests.support.brokers import publish
from tests.support.databases import own_database

QUEUE = queue_name("screening", RoleChanged)


async def test_the_servers_of_the_environment_are_compared(amqp_url: str, rapport: Rapport) -> None:
    """What waits in this broker's queue and nobody sent is a difference."""
    assert (await rapport("ledger", "check")).code == 0
    await publish(amqp_url, QUEUE, b"{}")
    answer = await rapport("ledger", "check", "--json")
    assert answer.code == 1
    assert [line["waiting"] for line in answer.json["lines"] if not line["holds"]] == [1]


async def test_a_queue_that_is_gone_is_named_with_the_command_that_brings_it_back(
    amqp_url: str, rapport: Rapport
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)
    answer = await rapport("ledger", "check")
    assert answer.code == 69
    assert re.fullmatch(rf"rapport: .*{QUEUE}.*`rapport topology apply`.\n", answer.err)
    assert (await rapport("topology", "apply")).code == 0
    assert (await rapport("ledger", "check")).code == 0


async def test_servers_that_are_away_are_told_in_one_sentence(
    amqp_url: str, rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a virtual host that there is not, a password that is wrong, and a database without tables."""
    for url in ("amqp://127.0.0.1:1/", amqp_url + "-none", amqp_url.replace("@", "-wrong@")):
        with monkeypatch.context() as here:
            here.setenv("RAPPORT_AMQP_URL", url)
            for command in ("ledger check", "events tail --for 5s", "topology apply"):
                answer = await rapport(*command.split())
                assert (answer.code, len(answer.err.splitlines())) == (69, 1), answer.err
    monkeypatch.setenv("RAPPORT_NOTIFY_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/none")
    away = await rapport("ledger", "check")
    assert (away.code, "RAPPORT_NOTIFY_DATABASE_URL" in away.err) == (69, True)
    async with own_database() as empty:
        monkeypatch.setenv("RAPPORT_NOTIFY_DATABASE_URL", empty)
        bare = await rapport("ledger", "check")
        assert (bare.code, "`rapport db upgrade`" in bare.err) == (69, True)
        assert (await rapport("db", "upgrade", "notify")).code == 0
        assert (await rapport("ledger", "check")).code == 0
