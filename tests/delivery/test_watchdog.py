"""The watchdog: a consumer that was taken away comes back, and what waited meanwhile is applied."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import orjson
import pytest

from services.screening.tables import RoleRow
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import RoleChanged
from shared.messaging import consumption
from shared.messaging.topology import queue_arguments, queue_name
from shared.telemetry import WORKER
from tests.faults.proxy import Proxy
from tests.support.brokers import publish
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
QUEUE = queue_name("screening", RoleChanged)


@pytest.fixture
async def screening(amqp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    """Screening, consuming, with a watchdog that looks often."""
    monkeypatch.setattr(consumption, "CHECK_SECONDS", 0.1)
    async with live("screening", amqp_url, tmp_path / "screening") as it:
        await eventually(lambda: it.service.consumption.ready)
        yield it


async def _steal(it: Running) -> None:
    """End the consumer so that neither FastStream nor aio-pika minds, as is seen after the loss of a node."""
    subscriber: Any = next(each for each in it.service.broker.subscribers if _name(each) == QUEUE)
    if subscriber._consumer_tag and subscriber._queue_obj:
        await subscriber._queue_obj.cancel(subscriber._consumer_tag)


def _name(subscriber: Any) -> str:
    return str(subscriber.queue.name)


async def _consumers(amqp_url: str) -> int:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        found = await channel.declare_queue(QUEUE, passive=True)
        return found.declaration_result.consumer_count or 0


async def _tell(amqp_url: str) -> None:
    await publish(amqp_url, QUEUE, orjson.dumps(envelope_of(ROLE)), content_type=CONTENT_TYPE)


async def _knows(it: Running) -> bool:
    async with it.service.sessions() as session:
        return await session.get(RoleRow, ROLE.role) is not None


def _restarts() -> float:
    return WORKER.get_sample_value("rapport_consumers_restarted_total") or 0


async def test_a_lost_consumer_comes_back(screening: Running, amqp_url: str) -> None:
    """The broker knows no consumer on a queue of ours: it is started anew, counted, and what waited is applied."""
    restarts = _restarts()
    await _steal(screening)
    assert await _consumers(amqp_url) == 0
    await _tell(amqp_url)
    await eventually(lambda: _knows(screening), within=20)
    await eventually(lambda: screening.service.consumption.ready)
    assert await _consumers(amqp_url) == 1
    assert _restarts() == restarts + 1


async def test_a_consumer_that_the_broker_cancels_comes_back(
    screening: Running, amqp_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Its queue goes, by which the broker ends the consumer, and is declared again: it is consumed as before."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(QUEUE)
        # RabbitMQ 3.10 tells nobody of the end of a queue that is back within milliseconds, and serves a ghost.
        await eventually(lambda: "cancelled by the broker" in caplog.text)
        await channel.declare_queue(QUEUE, durable=True, arguments=queue_arguments("screening"))
    await _tell(amqp_url)
    await eventually(lambda: _knows(screening), within=20)
    assert screening.service.stopped is None


async def test_a_connection_of_which_only_the_broker_heard_the_end(
    amqp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers to nothing, not to the wish to end a consumer either: it is given up without being asked."""
    monkeypatch.setattr(consumption, "CHECK_SECONDS", 0.1)
    broker = urlsplit(amqp_url)
    async with Proxy.to("127.0.0.1", broker.port or 0) as proxy:
        through = broker._replace(netloc=f"{broker.username}:{broker.password}@127.0.0.1:{proxy.port}").geturl()
        async with live("screening", through, tmp_path / "screening") as it:
            await eventually(lambda: it.service.consumption.ready)
            proxy.forsake()
            await _tell(amqp_url)
            await eventually(lambda: _knows(it), within=30)
            assert await _consumers(amqp_url) == 1
            assert it.service.stopped is None


async def test_a_lost_consumer_beside_anothers_comes_back(screening: Running, amqp_url: str) -> None:
    """The broker knows a consumer, of another process that takes no more: messages wait, and none of them reach us."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        await _steal(screening)
        taken = asyncio.Event()

        async def keep(_: object) -> None:
            taken.set()

        await (await channel.get_queue(QUEUE)).consume(keep)
        await _tell(amqp_url)
        await taken.wait()
        await _tell(amqp_url)
        await eventually(lambda: _knows(screening), within=20)
        assert await _consumers(amqp_url) == 2


async def test_a_queue_that_is_gone_ends_the_process(screening: Running, amqp_url: str) -> None:
    """Exit code 69, and a sentence that names the queue and the command that declares it."""
    async with await aio_pika.connect(amqp_url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)
    await eventually(lambda: screening.service.stopped, within=20)
    assert screening.service.stopped
    assert screening.service.stopped.code == 69
    assert QUEUE in str(screening.service.stopped)
    assert "rapport topology apply" in str(screening.service.stopped)


async def test_a_consumer_that_does_not_come_back_ends_the_process(screening: Running, amqp_url: str) -> None:
    """After three restarts that changed nothing: exit code 70, so that whoever runs the process starts another one."""
    ended = asyncio.Event()
    screening.service.on_end = ended.set
    async with _thief(screening):
        await asyncio.wait_for(ended.wait(), 30)
    assert screening.service.stopped
    assert screening.service.stopped.code == 70
    assert QUEUE in str(screening.service.stopped)


@asynccontextmanager
async def _thief(it: Running) -> AsyncIterator[None]:
    async def steal() -> None:
        while True:
            stealing = asyncio.create_task(_steal(it))
            await asyncio.wait({stealing}, timeout=0.05)  # on a connection that is given up it would wait for ever
            stealing.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.sleep(0.01)

    task = asyncio.create_task(steal())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
