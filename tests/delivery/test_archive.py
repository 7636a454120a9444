"""The archive is read to the end as of the call, whatever is in it."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import aio_pika
import orjson
import pytest

from deploy.archive import PREFETCH, begins, read
from deploy.local.home import Home
from deploy.local.problems import Unavailable
from deploy.local.rabbitmq import RabbitMQ
from deploy.registry import platform_topology
from deploy.topology import declare
from shared.clock import real_now
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import RoleChanged
from shared.messaging.topology import ARCHIVE, EVENTS, routing_key
from shared.outbox.publisher import Publisher
from tests.faults.stage import BROKER_SETTLES_SECONDS
from tests.support.brokers import fresh_broker, publish
from tests.support.running import envelope_of

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])


async def put(amqp_url: str, count: int = 1) -> list[UUID]:
    """Archive some events; returns their ids."""
    documents = [envelope_of(ROLE, sequence=number + 1) for number in range(count)]
    async with await aio_pika.connect(amqp_url) as connection:
        archive = (await connection.channel()).default_exchange
        messages = (aio_pika.Message(orjson.dumps(each), content_type=CONTENT_TYPE) for each in documents)
        await asyncio.gather(*(archive.publish(message, ARCHIVE) for message in messages))
    return [UUID(document["id"]) for document in documents]


async def ids(amqp_url: str, since: datetime | None = None) -> list[UUID]:
    """The ids of what is read to the end."""
    return [each.envelope.id async for each in read(amqp_url, since)]


async def test_an_empty_archive_is_read_at_once(amqp_url: str) -> None:
    """No event, no waiting; and a start in the future finds nothing either."""
    assert await ids(amqp_url) == []
    await put(amqp_url)
    assert await ids(amqp_url, since=real_now() + timedelta(hours=1)) == []


async def test_everything_is_read_in_order_twice(amqp_url: str) -> None:
    """Reading takes nothing away, and marks and rubbish are passed over."""
    sent = await put(amqp_url, 3 * PREFETCH)
    await publish(amqp_url, ARCHIVE, b"\x00rubbish")
    sent += await put(amqp_url, 3)
    assert await ids(amqp_url) == sent
    assert await ids(amqp_url, since=real_now() - timedelta(minutes=1)) == sent
    assert await begins(amqp_url) is None


async def test_following_goes_on_with_what_comes(amqp_url: str) -> None:
    """A follower hears what is published after it began, past other readers' marks."""
    first = await put(amqp_url)
    follower = read(amqp_url, follow=True)
    assert (await anext(follower)).envelope.id == first[0]
    later = asyncio.ensure_future(anext(follower))
    await ids(amqp_url)
    second = await put(amqp_url)
    assert (await asyncio.wait_for(later, 10)).envelope.id == second[0]
    await follower.aclose()


async def test_a_missing_archive_is_a_sentence() -> None:
    """Where the topology does not stand, the reader says so."""
    async with fresh_broker(with_topology=False) as url:
        with pytest.raises(Unavailable, match="topology"):
            await ids(url)


async def test_what_is_published_as_soon_as_a_killed_broker_takes_it_is_archived() -> None:
    """RabbitMQ 3.10 confirms for half a second what goes to every queue but the stream, which is not back yet."""
    with Home.temporary() as home:
        rabbitmq = RabbitMQ(home)
        try:
            broker = await rabbitmq.start()
            await declare(broker.amqp_url, platform_topology())
            await asyncio.sleep(BROKER_SETTLES_SECONDS)
            await (await Publisher.open(broker.amqp_url)).close()  # the way is right
            await rabbitmq.kill()
            publishing = [asyncio.create_task(_publish_early(broker.amqp_url)) for _ in range(4)]
            await rabbitmq.restart()
            sent = await asyncio.gather(*publishing)
            assert set(await ids(broker.amqp_url)) == set(sent)
        finally:
            await rabbitmq.stop()


async def _publish_early(amqp_url: str) -> UUID:
    """As a relay that tries all the time."""
    document = envelope_of(ROLE, sequence=1)
    row = {
        "event_id": document["id"], "type": document["type"], "time": real_now(), "correlation_id": document["id"],
        "exchange": EVENTS, "routing_key": routing_key(RoleChanged, "net"), "copy_key": None,
        "body": orjson.dumps(document).decode(),
    }  # fmt: skip
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, aio_pika.exceptions.AMQPError):
                publisher = await Publisher.open(amqp_url)
                confirmed, failure = await publisher.publish([row])
                await publisher.close()
                assert (confirmed, failure) == ([row], None)
                return UUID(document["id"])
            await asyncio.sleep(0.02)
