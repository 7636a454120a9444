"""Whatever becomes of a message, exactly one line says so, with the event, the handler, the story and the outcome."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import RoleChanged
from shared.db import create_engine
from shared.messaging import delivery
from shared.messaging.topology import queue_name
from shared.telemetry import WORKER
from tests.support.brokers import depth, publish
from tests.support.databases import own_database
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
QUEUE = queue_name("screening", RoleChanged)
Lines = list[dict[str, Any]]


class Told(logging.Handler):
    """Keeps the lines of messages."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: Lines = []
        self.failed: list[str] = []
        """What was told as an error while a message was in hand."""

    def emit(self, record: logging.LogRecord) -> None:
        if isinstance(record.msg, dict) and record.msg.get("event") == "event":
            self.lines.append(dict(record.msg))
        elif isinstance(record.msg, dict) and record.levelno >= logging.ERROR:
            self.failed.append(record.msg["event"])

    def of(self, event_id: object) -> Lines:
        """The lines of one event."""
        return [line for line in self.lines if line.get("event_id") == str(event_id)]


@pytest.fixture
def told() -> Any:
    """What is logged of messages while the test runs."""
    handler = Told()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


@pytest.fixture
async def screening(amqp_url: str, tmp_path: Path) -> AsyncIterator[Running]:
    """Screening on a real broker."""
    async with live("screening", amqp_url, tmp_path / "screening") as it:
        yield it


async def _send(url: str, document: dict[str, Any]) -> UUID:
    await publish(url, QUEUE, orjson.dumps(document), content_type=CONTENT_TYPE)
    return UUID(document["id"])


def _is(line: dict[str, Any], document: dict[str, Any], outcome: str) -> bool:
    names = {
        "event_id": document["id"], "event_type": document["type"], "handler": QUEUE,
        "correlation_id": document["correlationid"], "outcome": outcome,
    }  # fmt: skip
    return names.items() <= line.items()


def _counted(outcome: str) -> float:
    return WORKER.get_sample_value("rapport_events_handled_total", {"handler": QUEUE, "outcome": outcome}) or 0


async def test_applied_and_repeated(screening: Running, amqp_url: str, told: Told) -> None:
    """The first time it is applied, the second time a duplicate; two deliveries, two lines, two counts."""
    document, applied, repeated = envelope_of(ROLE), _counted("applied"), _counted("duplicate")
    await _send(amqp_url, document)
    await eventually(lambda: len(told.of(document["id"])) == 1)
    await _send(amqp_url, document)
    await eventually(lambda: len(told.of(document["id"])) == 2)
    first, second = told.of(document["id"])
    assert _is(first, document, "applied")
    assert _is(second, document, "duplicate")
    assert (_counted("applied"), _counted("duplicate")) == (applied + 1, repeated + 1)


async def test_dead(screening: Running, amqp_url: str, told: Told) -> None:
    """What cannot be applied; and what cannot even be read has a line without the ids that nobody knows."""
    wrong = envelope_of(ROLE)
    wrong["data"]["risks"] = ["unheard-of"]
    await _send(amqp_url, wrong)
    await publish(amqp_url, QUEUE, b"rubbish", content_type=CONTENT_TYPE)
    await eventually(lambda: len(told.lines) == 2)
    assert [_is(line, wrong, "dead") for line in told.of(wrong["id"])] == [True]
    (unreadable,) = [line for line in told.lines if "event_id" not in line]
    assert unreadable["outcome"] == "dead"
    assert unreadable["handler"] == QUEUE
    assert UUID(unreadable["correlation_id"])


async def test_requeued_and_applied_later(
    screening: Running, amqp_url: str, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given back because it was held for too long: a line each time, and one when it is applied."""
    monkeypatch.setattr(delivery, "HELD_SECONDS", 0.5)
    healthy = screening.service.sessions.kw["bind"]
    screening.service.sessions.configure(bind=create_engine("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none"))
    document = envelope_of(ROLE)
    await _send(amqp_url, document)
    await eventually(lambda: told.of(document["id"]))
    assert _is(told.of(document["id"])[0], document, "requeued")
    screening.service.sessions.configure(bind=healthy)
    await eventually(lambda: _is(told.of(document["id"])[-1], document, "applied"))
    deliveries = [line["outcome"] for line in told.of(document["id"])]
    assert set(deliveries[:-1]) == {"requeued"}
    assert screening.service.door.busy == 0


async def test_cancelled_and_back_in_the_queue(amqp_url: str, tmp_path: Path, told: Told) -> None:
    """A service that stops while a handler hangs says so once, and the message is there for the next one."""
    document = envelope_of(ROLE)
    async with live("screening", amqp_url, tmp_path / "screening") as it, it.service.sessions.begin() as other:
        await _lock(other)
        await _send(amqp_url, document)
        await eventually(lambda: it.service.door.busy == 1)
        it.service.broker.config.broker_config.graceful_timeout = 0.2
        await it.service.consumption.stop()
        await eventually(lambda: told.of(document["id"]))
        assert _is(told.of(document["id"])[0], document, "cancelled")
        assert it.service.door.busy == 0
        await eventually(lambda: _waits(amqp_url))
    assert len(told.of(document["id"])) == 1


async def test_what_cannot_even_be_buried_is_held(amqp_url: str, tmp_path: Path, told: Told) -> None:
    """Nothing is acknowledged before the dead letter is written, however long that takes."""
    wrong = envelope_of(ROLE)
    wrong["data"]["risks"] = ["unheard-of"]
    async with own_database("screening") as url, live("screening", amqp_url, tmp_path, database_url=url) as screening:
        async with screening.service.sessions.begin() as session:
            await session.execute(text("ALTER TABLE dead_letter RENAME TO hidden"))
        await _send(amqp_url, wrong)
        await eventually(lambda: told.failed == ["event.unburied"] * 2)
        assert not told.of(wrong["id"])
        async with screening.service.sessions.begin() as session:
            await session.execute(text("ALTER TABLE hidden RENAME TO dead_letter"))
        await eventually(lambda: told.of(wrong["id"]))
        assert _is(told.of(wrong["id"])[0], wrong, "dead")
        assert len(await screening.dead()) == 1


async def _waits(amqp_url: str) -> bool:
    return await depth(amqp_url, QUEUE) == 1


async def _lock(session: AsyncSession) -> None:
    """Let the handler wait for the role that it wants to keep to itself."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"role/{ROLE.role}"}
    )
