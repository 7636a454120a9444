"""Events that come late, again, in any order; and alarms."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import aio_pika
import orjson

from shared.clock import real_now, set_file_clock
from shared.contracts.envelope import CONTENT_TYPE
from tests.faults.books import ENTRIES, rest
from tests.faults.experiments.base import Run, experiment
from tests.support.eventually import eventually

AGED = timedelta(days=8)


@experiment(
    "late-commits",
    short={"writers": 24, "rounds": 20},
    small={"writers": 16, "rounds": 6},
    long={"writers": 40, "rounds": 250},
)
async def late_commits(run: Run, *, writers: int, rounds: int) -> None:
    """Transactions rest up to 200 ms before their commit, so that outbox positions commit in another order."""
    await run.start()

    async def write() -> None:
        for _ in range(rounds):
            entry = run.load.usual() | {"tally": random.randrange(10_000)}
            await run.load.write([entry], rest_seconds=random.choice((0, random.uniform(0, 0.2))))

    await asyncio.gather(*(write() for _ in range(writers)))
    await run.close()


@experiment("repeats", short={"entries": 600}, small={"entries": 150}, long={"entries": 20_000})
async def repeats(run: Run, *, entries: int) -> None:
    """Every message comes three times in any order; a twentieth comes again when eight days have passed."""
    run.plan.ledger = False
    await run.stage.start("writer", PARTS="api")  # the test stands in for its relay
    await run.start("reader", tuning={"shared.service:HOUSEKEEPING_SECONDS": 0.2})
    for _ in range(0, entries, 50):
        await run.load.write([run.load.entry() for _ in range(50)])
    rows = await run.stage.fetch("writer", "DELETE FROM outbox RETURNING exchange, routing_key, body")
    messages = [dict(row) for row in rows]
    await _publish(run, random.sample(messages * 3, k=3 * len(messages)))
    run.hold(await rest(run.stage, run.patience))
    await _age(run)
    again = [each | {"body": _aged(each["body"])} for each in random.sample(messages, k=len(messages) // 20)]
    await _publish(run, again)
    await run.close()


async def _publish(run: Run, messages: list[dict[str, Any]]) -> None:
    async with await aio_pika.connect(run.stage.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchanges = {name: await channel.get_exchange(name, ensure=False) for name in {m["exchange"] for m in messages}}
        for start in range(0, len(messages), 500):
            await asyncio.gather(
                *(
                    exchanges[each["exchange"]].publish(
                        aio_pika.Message(each["body"].encode(), content_type=CONTENT_TYPE, delivery_mode=2),
                        each["routing_key"],
                        timeout=30,
                    )
                    for each in messages[start : start + 500]
                )
            )


async def _age(run: Run) -> None:
    """Everything that the reader knows happened eight days earlier; its housekeeping runs over that."""
    aged = {
        row["event_id"]: _earlier(row["event_id"])
        for row in await run.stage.fetch("reader", "SELECT event_id FROM inbox")
    }
    values = list(aged), list(aged.values())
    pairs = "unnest($1::uuid[], $2::uuid[]) AS pairs(young, old)"
    for table in ("inbox", "effect"):
        statement = f"UPDATE {table} SET event_id = old FROM {pairs} WHERE event_id = young"
        await run.stage.fetch("reader", statement, *values)
    old = real_now() - timedelta(days=31)
    await run.stage.fetch("reader", "UPDATE inbox SET received_at = received_at - $1::interval", AGED)
    await run.stage.fetch("reader", "INSERT INTO inbox VALUES ('nobody', gen_random_uuid(), 'applied', $1)", old)
    await eventually(lambda: _forgotten(run), within=run.patience)


async def _forgotten(run: Run) -> bool:
    return not (await run.stage.fetch("reader", "SELECT count(*) FROM inbox WHERE handler = 'nobody'"))[0][0]


def _earlier(event_id: UUID) -> UUID:
    return UUID(int=event_id.int - (int(AGED.total_seconds() * 1000) << 80))


def _aged(body: str) -> str:
    document = orjson.loads(body)
    return orjson.dumps(document | {"id": str(_earlier(UUID(document["id"])))}).decode()


@experiment("alarms", short={"entries": 200}, small={"entries": 40}, long={"entries": 5000})
async def alarms(run: Run, *, entries: int) -> None:
    """Alarms are armed and cancelled, also by entries that fail afterwards: what those cancelled must ring."""
    await run.stage.start("writer")
    await run.start("reader", FAULTS_ALARM_SECONDS="2")
    for _ in range(0, entries, 4):
        armed = [run.load.entry("arms") for _ in range(3)]
        await run.load.write(armed)
        await run.load.write([run.load.entry("cancels", armed[0]["entry"])])
        if len(run.plan.poison) < 15:
            await run.load.write([run.load.entry("cancels-then-raises", armed[1]["entry"])])
    await run.close()


JUMPS = (timedelta(hours=2), timedelta(days=40), timedelta(days=-1), timedelta(days=200))
"""Over both changes of summer time; the one backwards must change nothing."""


@experiment("clock-jumps", short=None, small={"entries": 100}, long={"entries": 2_000})
async def clock_jumps(run: Run, *, entries: int) -> None:
    """Domain time stands, and jumps while alarms are armed: each rings once, when the clock has passed it."""
    clock_file, moment = run.stage.servers.home.folder("clocks") / "clock.json", datetime(2026, 3, 1, tzinfo=UTC)
    set_file_clock(clock_file, moment)
    await run.start(RAPPORT_CLOCK=f"file:{clock_file}", FAULTS_ALARM_SECONDS="3600")
    for jump in JUMPS:
        for _ in range(0, entries // len(JUMPS), 10):
            await run.load.write([run.load.entry("arms") for _ in range(10)])
        await run.until("nothing-lost", partial(_all_heard, run), "every entry is heard before the clock jumps.")
        rung = await _rung(run)
        if jump < timedelta(0):
            set_file_clock(clock_file, moment + jump)
            run.claim("alarms-end", rung == await _rung(run), "an alarm rang though no time had passed.")
            continue
        moment += jump
        set_file_clock(clock_file, moment)
    await run.close()


async def _all_heard(run: Run) -> bool:
    heard = await run.stage.fetch("reader", "SELECT count(*) FROM inbox WHERE handler = $1", ENTRIES)
    return int(heard[0][0]) == len(run.plan.accepted)


async def _rung(run: Run) -> int:
    return int((await run.stage.fetch("reader", "SELECT count(*) FROM alarm WHERE state = 'rung'"))[0][0])
