"""`rapport topology diff` on a real broker: what is missing, other and too many, and nothing that it changes itself."""

import os
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest

from deploy.differences import compare
from deploy.registry import platform_topology
from shared.contracts.intake import ApplicationSubmitted
from shared.messaging.topology import DEAD, EVENTS, INTERNAL, queue_name
from tests.delivery.conftest import Rapport
from tests.support.brokers import fresh_broker

QUEUE = queue_name("screening", ApplicationSubmitted)
KEY = "application.submitted.v1.#"


@pytest.fixture(autouse=True)
def management(monkeypatch: pytest.MonkeyPatch) -> str:
    """The management API's address, as an operator sets it."""
    url = os.environ["RAPPORT_TEST_MANAGEMENT_URL"]
    monkeypatch.setenv("RAPPORT_AMQP_MANAGEMENT_URL", url)
    return url


async def differences(rapport: Rapport) -> set[tuple[str, str, str]]:
    """Each as kind, name and state."""
    answer = await rapport("topology", "diff", "--json")
    found: list[dict[str, Any]] = answer.json["differences"]
    assert (answer.code, answer.json["same"]) == ((1, False) if found else (0, True)), answer.err
    assert answer.json["unseen"] is None
    assert all(each["says"].endswith(".") for each in found)
    return {(each["kind"], each["name"], each["state"]) for each in found}


async def test_what_apply_made_is_the_same(rapport: Rapport, amqp_url: str) -> None:
    """Also beside what another system made for itself."""
    assert await differences(rapport) == set()
    async with await aio_pika.connect(amqp_url) as connection:
        theirs = await (await connection.channel()).declare_queue("partner.inbox", durable=True)
        await theirs.bind(EVENTS, "*.*.*.net.af.kabul.#")
        assert await differences(rapport) == set()


async def test_what_is_missing_is_named_and_not_made(rapport: Rapport, amqp_url: str) -> None:
    """Until `topology apply` makes it, which is what the answer says."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(QUEUE)
        await channel.exchange_delete(DEAD)
    for _ in range(2):
        found = await differences(rapport)
        assert {("queue", QUEUE, "missing"), ("exchange", DEAD, "missing")} < found
        assert ("binding", f"{EVENTS} to {QUEUE} by {KEY}", "missing") in found
        assert {kind for kind, name, _ in found if QUEUE not in name and name != DEAD} == {"binding"}
    answer = await rapport("topology", "diff")
    assert "`rapport topology apply` declares it." in answer.out
    assert (await rapport("topology", "apply")).code == 0
    assert await differences(rapport) == set()


async def test_other_arguments_are_named_with_what_stands_there(rapport: Rapport, amqp_url: str) -> None:
    """Of a queue and of an exchange."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(QUEUE)
        other = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await other.bind(EVENTS, KEY)
        await channel.exchange_delete("rapport.inbound")
        await channel.declare_exchange("rapport.inbound", "fanout", durable=True)
    assert await differences(rapport) == {("queue", QUEUE, "other"), ("exchange", "rapport.inbound", "other")}
    told = (await rapport("topology", "diff")).out
    assert "inequivalent arg" in told
    assert "rapport events replay --service screening" in told


async def test_what_is_too_many_is_named(rapport: Rapport, amqp_url: str) -> None:
    """A queue and an exchange of an older version, a binding to our queue, and an ear on what is for us alone."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        old = await channel.declare_queue("screening.moon-landed-v1", durable=True)
        await old.bind(EVENTS, "moon.landed.v1.#")
        await channel.declare_exchange("rapport.old", "topic", durable=True)
        await (await channel.get_queue(QUEUE)).bind(EVENTS, "pair.matched.v1.#")
        await (await channel.declare_queue("curious", durable=True)).bind(INTERNAL, "#")
    assert await differences(rapport) == {
        ("queue", "screening.moon-landed-v1", "too many"),
        ("exchange", "rapport.old", "too many"),
        ("binding", f"{EVENTS} to {QUEUE} by pair.matched.v1.#", "too many"),
        ("binding", f"{INTERNAL} to curious by #", "too many"),
    }


async def test_without_the_management_api_it_says_what_it_cannot_see(
    rapport: Rapport, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Missing queues are still found; bindings and surplus are said to be unseen."""
    monkeypatch.delenv("RAPPORT_AMQP_MANAGEMENT_URL")
    answer = await rapport("topology", "diff")
    assert (answer.code, "cannot be seen over AMQP alone" in answer.err) == (0, True), answer.err
    assert "exchanges and queues are as the code wants" in answer.out
    async with fresh_broker(with_topology=False) as bare:
        found = await compare(bare, None, platform_topology())
    assert {each.kind for each in found.differences} == {"exchange", "queue"}
    assert {each.state for each in found.differences} == {"missing"}


async def test_a_management_api_that_lets_nobody_in_is_missing_outside(
    rapport: Rapport, amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a login is wrong, and where nobody listens; what is seen without it is still told, and counts first."""
    wrong = urlsplit(os.environ["RAPPORT_TEST_MANAGEMENT_URL"])
    wrong = wrong._replace(netloc=f"rapport:hunter2@{wrong.netloc.rpartition('@')[2]}")
    for url in ("http://u:hunter2@127.0.0.1:1", wrong.geturl()):
        monkeypatch.setenv("RAPPORT_AMQP_MANAGEMENT_URL", url)
        answer = await rapport("topology", "diff")
        assert (answer.code, "correct RAPPORT_AMQP_MANAGEMENT_URL" in answer.err) == (69, True), answer.err
        assert "hunter2" not in answer.err
    async with await aio_pika.connect(amqp_url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)
    answer = await rapport("topology", "diff", "--json")
    assert (answer.code, answer.json["differences"][0]["name"]) == (1, QUEUE)


async def test_a_broker_that_is_away_is_missing_outside(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_AMQP_URL", "amqp://u:hunter2@127.0.0.1:1/")
    answer = await rapport("topology", "diff")
    assert (answer.code, "hunter2" in answer.err) == (69, False)
