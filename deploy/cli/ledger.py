"""`rapport ledger check`: per reader, event type and epoch, sent = applied + dead + waiting."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cyclopts import App

from deploy.cli.common import CheckFailed, Json, print_json, say, show
from deploy.cli.connections import broker_url, connected, database_url, depths, plain, setting_of
from deploy.registry import SERVICES, readers
from shared import inbox
from shared.clock import real_now
from shared.contracts import Event
from shared.messaging.topology import queue_name
from shared.outbox.ledger import MODULUS

MARGIN = timedelta(days=1)
"""What is about to be forgotten by the inbox is not compared any more."""

_SENT = "SELECT type, epoch, sum(count) AS count, sum(digest) AS digest FROM ledger_sent WHERE hour >= $1 GROUP BY 1, 2"
_TAKEN = """
    SELECT handler, epoch, outcome, count(*) AS count,
           sum(('x' || left(encode(sha256(uuid_send(event_id)), 'hex'), 16))::bit(64)::bigint::numeric) AS digest
    FROM inbox WHERE event_id >= $1 GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Line:
    """One reader's account of one event type in one epoch of its owner."""

    reader: str
    type: str
    epoch: int
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


@dataclass(frozen=True)
class Sum:
    """How many events, and their digest."""

    count: int = 0
    digest: int = 0


Sums = Mapping[int, Sum]
"""By epoch."""


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="ledger", help="Compare what was sent with what was applied.")
    group.command(check)
    app.command(group)


def check(*, json: Json = False) -> None:
    """Compare, for each reader, event type and epoch, what was sent with what was applied, is dead, or waits.

    Quiet platforms balance exactly; under load run it again. Exit code 1 on a difference.
    """
    lines = asyncio.run(account({name: database_url(name) for name in SERVICES}, broker_url()))
    rows = [{**line.__dict__, "holds": line.holds} for line in lines]
    if json:
        print_json({"ok": all(line.holds for line in lines), "lines": rows})
    else:
        show(rows, as_json=False, title="Ledger")
    if not all(line.holds for line in lines):
        raise CheckFailed("The ledger does not balance: see the lines that do not hold.")
    say("The ledger balances.")


async def account(databases: Mapping[str, str], amqp_url: str) -> list[Line]:
    """Every reader's account, from each service's database. Raises Unavailable when a server or a queue is missing.

    Waiting is read last: what arrives meanwhile shows as too much, never as lost.
    """
    start = (real_now() - inbox.KEPT + MARGIN).replace(minute=0, second=0, microsecond=0)
    sent = await _sent(databases, start)
    taken = {reader: await _taken(reader, databases[reader], start) for reader in readers()}
    waiting = await _waiting(amqp_url)
    return [
        line
        for reader, heard in readers().items()
        for event in heard
        for line in _lines(reader, event, sent[event.type], taken[reader], waiting[queue_name(reader, event)])
    ]


def _lines(
    reader: str, event: type[Event], sent: Sums, taken: Mapping[tuple[str, str], Sums], waiting: int
) -> list[Line]:
    """What waits does not say its epoch: the oldest that lacks some comes first, the newest takes the rest."""
    queue = queue_name(reader, event)
    applied, dead = taken[queue, inbox.APPLIED], taken[queue, inbox.DEAD]
    epochs = sorted({*sent, *applied, *dead}) or [1]
    lines = []
    for epoch in epochs:
        ours, theirs, buried = (sums.get(epoch, Sum()) for sums in (sent, applied, dead))
        missing = max(0, ours.count - theirs.count - buried.count)
        here = waiting if epoch == epochs[-1] else min(missing, waiting)
        waiting -= here
        agree = (theirs.digest + buried.digest - ours.digest) % MODULUS == 0 if not here else None
        lines.append(Line(reader, event.type, epoch, ours.count, theirs.count, buried.count, here, agree))
    return lines


async def _sent(databases: Mapping[str, str], start: datetime) -> Mapping[str, Sums]:
    sums: defaultdict[str, dict[int, Sum]] = defaultdict(dict)
    for service, url in databases.items():
        for row in await _fetch(service, url, _SENT, start):
            sums[row["type"]][row["epoch"]] = Sum(int(row["count"]), int(row["digest"]))
    return sums


async def _taken(service: str, url: str, start: datetime) -> Mapping[tuple[str, str], Sums]:
    sums: defaultdict[tuple[str, str], dict[int, Sum]] = defaultdict(dict)
    oldest = UUID(int=int(start.timestamp() * 1000) << 80)
    for row in await _fetch(service, url, _TAKEN, oldest):
        sums[row["handler"], row["outcome"]][row["epoch"]] = Sum(int(row["count"]), int(row["digest"]))
    return sums


async def _fetch(service: str, url: str, statement: str, *values: Any) -> list[Any]:
    async with connected(plain(url), f"The database of {service}", setting_of(service)) as connection:
        return list(await connection.fetch(statement, *values))


async def _waiting(amqp_url: str) -> dict[str, int]:
    return await depths(amqp_url, [queue_name(reader, event) for reader, heard in readers().items() for event in heard])
