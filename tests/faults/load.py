"""The load driver: writes entries over HTTP, repeats what was not answered, and notes every 2xx on its own side."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from shared.ids import new_id
from tests.faults.books import Plan
from tests.faults.stage import TOKEN, Stage

DIES_OF = {
    "raises": "RuntimeError",
    "cancels-then-raises": "RuntimeError",
    "contradicts": "Contradiction",
    "hangs": "TimeoutError",
    "kills": "KilledProcess",
}
"""Which error the dead letter of each poison names."""
TALLIES = 20
AT_ONCE = 16
"""Requests under way; fewer than the writer's pool has connections."""


_POUR = """
    WITH made AS MATERIALIZED (
        SELECT uuidv7() AS entry, uuidv7() AS event_id, uuidv7() AS story FROM generate_series(1, $1)
    ), written AS (
        INSERT INTO entry (entry, number, tally, mark) SELECT entry, 0, 0, 'good' FROM made
    )
    INSERT INTO outbox (event_id, type, exchange, routing_key, correlation_id, time, body)
    SELECT event_id, 'rapport.entry.written.v1', 'rapport.events', 'entry.written.v1.net.af.kabul', story, now(),
           concat(
        '{"specversion":"1.0","sequence":"0001.0000000001","id":"', event_id, '","source":"/rapport/writer",',
        '"type":"rapport.entry.written.v1","subject":"entry/', entry, '","time":"2026-11-02T08:00:00Z",',
        '"datacontenttype":"application/json","dataschema":"urn:rapport:schema:entry.written:v1","correlationid":"',
        story, '","site":"net.af.kabul","data":{"entry":"', entry,
        '","tally":0,"mark":"good","target":null,"site":"net.af.kabul"}}'
    ) FROM made
"""
"""What `POST /entries` does for $1 good entries, but for their tallies."""


class Load:
    """Entries for the writer of a stage."""

    def __init__(self, stage: Stage, plan: Plan, *, seed: int = 1) -> None:
        self._stage, self.plan = stage, plan
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)
        self._armed: list[str] = []
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self._client = httpx2.AsyncClient(headers=headers, timeout=20, limits=httpx2.Limits(max_connections=64))

    def entry(self, mark: str = "good", target: str | None = None, tallies: int = TALLIES) -> dict[str, Any]:
        """A new entry on any of some tallies; poison is noted with the error of which it must die."""
        entry = str(new_id())
        if mark in DIES_OF:
            self.plan.poison[entry] = DIES_OF[mark]
        if mark == "arms":
            self._armed.append(entry)
        tally = self._random.randrange(tallies)
        return {"entry": entry, "number": next(self._numbers), "tally": tally, "mark": mark, "target": target}

    def usual(self) -> dict[str, Any]:
        """An entry of usual traffic: one in ten arms an alarm, one in twenty cancels one."""
        chance = self._random.random()
        if chance < 0.1:
            return self.entry("arms")
        if chance < 0.15 and self._armed:
            return self.entry("cancels", self._random.choice(self._armed[-20:]))
        return self.entry()

    async def write(self, entries: Sequence[dict[str, Any]], *, rest_seconds: float = 0, to: str = "writer") -> None:
        """Write entries in one transaction, again with the same key until they are answered."""
        key, ids = str(new_id()), {entry["entry"] for entry in entries}
        self.plan.sent |= ids
        document = {"entries": list(entries), "rest_seconds": rest_seconds}
        while True:
            try:
                answer = await self._client.post(
                    f"{self._stage.url(to)}/entries", json=document, headers={"Idempotency-Key": key}
                )
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.is_success:
                self.plan.accepted |= ids
                return
            if answer.status_code < 500 and answer.status_code != 409:
                raise RuntimeError(f"The writer answered {answer.status_code}: {answer.text[:300]}")
            await asyncio.sleep(0.1)

    async def fill(self, entries: int, *, to: str = "writer") -> None:
        """Write many good entries as fast as it goes, a hundred in a transaction, on tallies where few meet."""
        transactions = iter(range(0, entries, 100))

        async def write() -> None:
            for _ in transactions:
                await self.write([self.entry(tallies=entries // 2) for _ in range(100)], to=to)

        await asyncio.gather(*(write() for _ in range(4)))

    async def pour(self, entries: int) -> None:
        """Put many good entries and their events into the writer's database without its process, in one statement."""
        await self._stage.fetch("writer", _POUR, entries)
        written = {row["entry"] for row in await self._stage.fetch("writer", "SELECT entry::text FROM entry")}
        self.plan.sent |= written
        self.plan.accepted |= written

    @asynccontextmanager
    async def running(self, per_second: float, *, to: str = "writer") -> AsyncIterator[None]:
        """Usual traffic while the block runs; what was begun is answered before the block ends."""
        ends, writing = asyncio.Event(), set[asyncio.Task[None]]()
        pace = asyncio.create_task(self._pace(per_second, ends, writing, to))
        try:
            yield
        finally:
            ends.set()
            await pace
            await asyncio.wait_for(asyncio.gather(*writing), 60)

    async def _pace(self, per_second: float, ends: asyncio.Event, writing: set["asyncio.Task[None]"], to: str) -> None:
        while not ends.is_set():
            if len(writing) < AT_ONCE:
                task = asyncio.create_task(self.write([self.usual()], to=to))
                writing.add(task)
                task.add_done_callback(writing.discard)
            await asyncio.sleep(1 / per_second)

    async def vanish(self, *, to: str = "writer") -> None:
        """Send an entry, or half of it, and hang up before the answer; nobody knows what came of it."""
        entry = self.entry()
        self.plan.sent.add(entry["entry"])
        body = orjson.dumps({"entries": [entry]})
        address = urlsplit(self._stage.url(to))
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        head = f"POST /entries HTTP/1.1\r\nHost: writer\r\nContent-Length: {len(body)}\r\n"
        head += "Content-Type: application/json\r\n\r\n"
        cut = self._random.choice((len(body) // 2, len(body)))
        writer.write(head.encode() + body[:cut])
        await writer.drain()
        await asyncio.sleep(self._random.uniform(0, 0.02))
        writer.transport.abort()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
