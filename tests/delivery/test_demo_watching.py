"""What the live board knows of a running platform: it reads only, and a dead server is something that it shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import httpx2
import orjson
import pytest

from deploy.cli.connections import plain
from deploy.demo import partner
from deploy.demo.snapshot import Debts
from deploy.demo.stage import Stage
from deploy.demo.watching import Watch
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.platform import Platform
from deploy.local.problems import silent
from deploy.local.rabbitmq import RabbitMQ
from deploy.registry import SERVICES, platform_topology
from deploy.topology import declare
from shared.clock import set_file_clock
from shared.contracts.intake import SiteChanged
from shared.ids import new_id
from shared.messaging.topology import ARCHIVE
from tests.faults.proxy import Proxy
from tests.support.brokers import publish
from tests.support.eventually import eventually
from tests.support.running import BEGINNING, PRIVATE_KEY, envelope_of

SITE = SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul")
QUEUE = "notify.message-sent-v1"


@dataclass
class Watched:
    """A platform of a broker alone, and who watches it."""

    stage: Stage
    watch: Watch
    tasks: list[asyncio.Task[None]]

    def works_on(self) -> bool:
        """Whether nothing has ended its watching."""
        return not any(task.done() for task in self.tasks)


@asynccontextmanager
async def watched(home: Home, amqp_url: str, databases: dict[str, str]) -> AsyncIterator[Watched]:
    """A watch of this broker and these databases; no service runs."""
    clock_file, key_file = home.root / "clock.json", home.root / "key.json"
    set_file_clock(clock_file, BEGINNING)
    key_file.write_bytes(orjson.dumps(PRIVATE_KEY))
    nobody = dict.fromkeys(SERVICES, "http://127.0.0.1:1")
    addresses = Addresses(nobody, databases, amqp_url, None, None, None, "", str(key_file), "real")
    async with httpx2.AsyncClient() as http:
        stage = Stage(Platform(home, silent), addresses, clock_file, http)
        watch = Watch(stage)
        tasks = [asyncio.create_task(watch.follow()), asyncio.create_task(watch.ask())]
        try:
            yield Watched(stage, watch, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def archived(amqp_url: str, sequence: int) -> None:
    """One more event stands in the archive."""
    await publish(
        amqp_url, ARCHIVE, orjson.dumps(envelope_of(SITE, sequence=sequence)), content_type="application/json"
    )


async def counted(it: Watched, count: int) -> None:
    """Wait until so many events are counted."""
    await eventually(lambda: it.watch.snapshot().events == {"site.changed": count})


async def test_counting_goes_on_after_a_lost_connection(amqp_url: str, databases: dict[str, str]) -> None:
    """The archive is read again from its beginning, and what was counted counts once."""
    address = urlsplit(amqp_url)
    with Home.temporary() as home:
        await partner.subscribe(amqp_url)
        async with Proxy.to("127.0.0.1", address.port or 0) as proxy:
            through = address._replace(netloc=f"{address.username}:{address.password}@127.0.0.1:{proxy.port}").geturl()
            async with watched(home, through, databases) as it:
                await archived(amqp_url, 1)
                await counted(it, 1)
                assert it.watch.snapshot().funnels.keys() == {SITE.site}
                proxy.reset()
                await archived(amqp_url, 2)
                await counted(it, 2)
                assert it.works_on()


@pytest.mark.timeout(180)
async def test_the_broker_dies_and_comes_back_while_it_is_watched(databases: dict[str, str]) -> None:
    """Its death is shown and nothing is raised; and it is seen when it answers again."""
    with Home.temporary() as home:
        node = RabbitMQ(home)
        url = (await node.start()).amqp_url
        try:
            await declare(url, platform_topology())
            await partner.subscribe(url)
            async with watched(home, url, databases) as it:
                await archived(url, 1)
                await counted(it, 1)
                assert it.watch.snapshot().broker_answers
                await node.kill()
                await eventually(lambda: not it.watch.snapshot().broker_answers)
                await node.restart()
                await eventually(lambda: it.watch.snapshot().broker_answers, within=60)
                assert it.watch.snapshot().events == {"site.changed": 1}
                assert it.works_on()
        finally:
            await node.stop()


async def test_what_waits_and_what_is_owed_is_asked_for(amqp_url: str, databases: dict[str, str]) -> None:
    """Queues with anything in them, open debts by site with the soonest limit, and services that do not answer."""
    with Home.temporary() as home:
        await publish(amqp_url, QUEUE, b"{}")
        await _owe(databases["messaging"])
        async with watched(home, amqp_url, databases) as it:
            await eventually(lambda: it.watch.snapshot().queues == {QUEUE: 1})
            debts = await eventually(lambda: it.watch.snapshot().debts)
            assert debts == {SITE.site: Debts(2, 1, BEGINNING + timedelta(hours=48))}
            assert it.watch.snapshot().answers == dict.fromkeys(SERVICES, False)
            assert it.watch.snapshot().hour == 2
            assert it.works_on()


async def _owe(database_url: str) -> None:
    """Three debts of one pair: one open, one overdue, one settled."""
    pair = new_id()
    connection = await asyncpg.connect(plain(database_url))
    try:
        await connection.execute(
            "INSERT INTO conversation (pair, offering, site, state, sequence) VALUES ($1, 'o@net', $2, 'open', '1')",
            pair, SITE.site,
        )  # fmt: skip
        for hours, overdue, settled in ((48, None, None), (1, BEGINNING, None), (2, None, BEGINNING)):
            await connection.execute(
                "INSERT INTO debt (debt, pair, debtor, debtor_role, creditor, message, since, due_at, overdue_at,"
                " settled_at, settlement) VALUES ($1, $2, $3, 'mentor', $4, $5, $6, $7, $8, $9, $10)",
                new_id(), pair, new_id(), new_id(), new_id(), BEGINNING, BEGINNING + timedelta(hours=hours),
                overdue, settled, "answered" if settled else None,
            )  # fmt: skip
    finally:
        await connection.close()
