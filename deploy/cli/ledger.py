"""`rapport ledger check`: per reader and event type, sent = applied + dead + waiting."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
from cyclopts import App

from deploy.cli.common import CheckFailed, Json, addresses, print_json, say, show
from deploy.local.addresses import Addresses
from deploy.registry import readers
from shared.contracts import Event
from shared.messaging.topology import queue_name
from shared.outbox.ledger import MODULUS, share


@dataclass(frozen=True)
class Line:
    """One reader's account of one event type."""

    reader: str
    type: str
    sent: int
    applied: int
    dead: int
    waiting: int
    digests_agree: bool | None
    """Whether the sets of ids are equal; None while some are waiting."""

    @property
    def holds(self) -> bool:
        """Nothing is missing and nothing is too much."""
        return self.sent == self.applied + self.dead + self.waiting and self.digests_agree is not False


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="ledger", help="Compare what was sent with what was applied.")
    group.command(check)
    app.command(group)


def check(*, json: Json = False) -> None:
    """Compare, for each reader and event type, what was sent with what was applied, is dead, or waits.

    Quiet platforms balance exactly; under load run it again. Exit code 1 on a difference.
    """
    lines = asyncio.run(account(addresses()))
    rows = [{**line.__dict__, "holds": line.holds} for line in lines]
    if json:
        print_json({"ok": all(line.holds for line in lines), "lines": rows})
    else:
        show(rows, as_json=False, title="Ledger")
    if not all(line.holds for line in lines):
        raise CheckFailed("The ledger does not balance: see the lines that do not hold.")
    say("The ledger balances.")


async def account(platform: Addresses) -> list[Line]:
    """Every reader's account. Waiting is read last: what arrives meanwhile shows as too much, never as lost."""
    sent = await _sent(platform)
    taken = {reader: await _taken(platform.databases[reader]) for reader in readers()}
    waiting = await _waiting(platform)
    return [
        _line(reader, event, sent, taken[reader], waiting[queue_name(reader, event)])
        for reader, heard in readers().items()
        for event in heard
    ]


def _line(
    reader: str,
    event: type[Event],
    sent: Mapping[str, tuple[int, int]],
    taken: Mapping[tuple[str, str], list[UUID]],
    waiting: int,
) -> Line:
    queue = queue_name(reader, event)
    applied, dead = taken.get((queue, "applied"), []), taken.get((queue, "dead"), [])
    count, digest = sent.get(event.type, (0, 0))
    agree = sum(map(share, applied + dead)) % MODULUS == digest if not waiting else None
    return Line(reader, event.type, count, len(applied), len(dead), waiting, agree)


async def _sent(platform: Addresses) -> dict[str, tuple[int, int]]:
    sums: dict[str, tuple[int, int]] = {}
    for url in platform.databases.values():
        for row in await _fetch(
            url, "SELECT type, sum(count) AS count, sum(digest) AS digest FROM ledger_sent GROUP BY 1"
        ):
            sums[row["type"]] = int(row["count"]), int(row["digest"]) % MODULUS
    return sums


async def _taken(url: str) -> dict[tuple[str, str], list[UUID]]:
    rows = await _fetch(url, "SELECT handler, outcome, array_agg(event_id) AS ids FROM inbox GROUP BY 1, 2")
    return {(row["handler"], row["outcome"]): row["ids"] for row in rows}


async def _fetch(url: str, statement: str) -> list[Any]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=5)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def _waiting(platform: Addresses) -> dict[str, int]:
    async with await aio_pika.connect(platform.amqp_url, timeout=10) as connection:
        channel = await connection.channel()
        return {
            queue_name(reader, event): await _ready(channel, queue_name(reader, event))
            for reader, heard in readers().items()
            for event in heard
        }


async def _ready(channel: Any, queue: str) -> int:
    found = await channel.declare_queue(queue, passive=True)
    return int(found.declaration_result.message_count)
