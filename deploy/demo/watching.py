"""Watching the platform while the story is played, for the board. It only reads, and a dead server is an answer too.

Events come from the archive, as any late reader gets them; what waits from services and broker; debts from messaging.
"""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta

import asyncpg
import httpx2
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from deploy import archive
from deploy.cli.connections import connected, depths, plain, setting_of
from deploy.demo import partner
from deploy.demo.snapshot import Debts, Snapshot
from deploy.demo.stage import Stage
from deploy.demo.story import BEGINNING
from deploy.demo.tally import Tally
from deploy.local.problems import Unavailable
from deploy.registry import readers
from shared.access import EVERYWHERE
from shared.clock import FileClock
from shared.messaging.topology import queue_name

PAUSE_SECONDS = 0.5
ANSWER_SECONDS = 2.0
AWAY = (Unavailable, OSError, TimeoutError, AMQPError, ChannelInvalidStateError, asyncpg.PostgresError)

_DEBTS = """
    SELECT site, count(*) AS owed, count(overdue_at) AS overdue,
           min(due_at) FILTER (WHERE overdue_at IS NULL) AS next_due
    FROM debt JOIN conversation USING (pair) WHERE settled_at IS NULL GROUP BY site ORDER BY site
"""


class Watch:
    """What is known of the platform by now; `follow` and `ask` run beside the story and keep it fresh."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._clock = FileClock(stage.clock_file)
        self._began = time.monotonic()
        self._tally = Tally()
        self._broker_answers = True
        self._answers: dict[str, bool] = {}
        self._outboxes: dict[str, int] = {}
        self._queues: dict[str, int] = {}
        self._debts: dict[str, Debts] = {}

    def snapshot(self) -> Snapshot:
        """As it is known now; what the story tells is not known here."""
        at, now = time.monotonic(), self._clock.now()
        return Snapshot(
            now=now,
            hour=(now - BEGINNING) / timedelta(hours=1),
            elapsed=at - self._began,
            broker_answers=self._broker_answers,
            answers=dict(self._answers),
            funnels=self._tally.funnels(),
            debts=dict(self._debts),
            events=dict(self._tally.events),
            lately=self._tally.lately(at),
            seconds=self._tally.seconds(at),
            outboxes=dict(self._outboxes),
            queues=dict(self._queues),
        )

    async def follow(self) -> None:
        """Count events as they are published, for ever; from the beginning again after the broker was away."""
        while True:
            with suppress(*AWAY):
                async for found in archive.read(self._stage.addresses.amqp_url, follow=True):
                    self._tally.take(found.envelope, time.monotonic())
            await asyncio.sleep(PAUSE_SECONDS)

    async def ask(self) -> None:
        """Ask services, broker and messaging's database twice a second at most, for ever."""
        while True:
            await asyncio.gather(self._ask_services(), self._ask_broker(), self._ask_debts())
            await asyncio.sleep(PAUSE_SECONDS)

    async def _ask_services(self) -> None:
        urls = self._stage.addresses.services | self._stage.doubles
        counts = await asyncio.gather(*(self._in_outbox(url) for url in urls.values()))
        for name, count in zip(urls, counts, strict=True):
            self._answers[name] = count is not None
            if count is not None and name in self._stage.addresses.services:
                self._outboxes[name] = count

    async def _in_outbox(self, url: str) -> int | None:
        """How many events wait there for the broker; None where nobody answers."""
        headers = self._stage.headers("operator", EVERYWHERE, "demo")
        with suppress(httpx2.HTTPError):
            answer = await self._stage.http.get(f"{url}/internal/quiet", headers=headers, timeout=ANSWER_SECONDS)
            return int(answer.raise_for_status().json()["outbox"])
        return None

    async def _ask_broker(self) -> None:
        queues = [queue_name(reader, event) for reader, heard in readers().items() for event in heard]
        if self._tally.events:
            queues.append(partner.QUEUE)  # the story declares it before the first event
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await depths(self._stage.addresses.amqp_url, queues)
        except AWAY:
            self._broker_answers = False
        else:
            self._broker_answers = True
            self._queues = {name: count for name, count in found.items() if count}

    async def _ask_debts(self) -> None:
        url = plain(self._stage.addresses.databases["messaging"])
        with suppress(*AWAY):
            async with (
                asyncio.timeout(ANSWER_SECONDS),
                connected(url, "The database of messaging", setting_of("messaging")) as connection,
            ):
                rows = await connection.fetch(_DEBTS)
            self._debts = {row["site"]: Debts(row["owed"], row["overdue"], row["next_due"]) for row in rows}
