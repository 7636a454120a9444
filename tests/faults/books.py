"""Reads the books of a stage, after everything has come to rest, and says what does not agree."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from shared.outbox.ledger import MODULUS, share
from tests.faults import accounting
from tests.faults.accounting import Account, Dead, Finding
from tests.faults.stage import Stage

ENTRIES, TALLIES, BELLS = "reader.entry-written-v1", "reader.tally-changed-v1", "writer.bell-rung-v1"
WAYS = {
    ENTRIES: ("writer", "reader", "SELECT entry::text AS key FROM entry"),
    TALLIES: ("writer", "reader", "SELECT tally || '/' || generate_series(1, value) AS key FROM tally"),
    BELLS: ("reader", "writer", "SELECT entry::text AS key FROM alarm WHERE state = 'rung'"),
}
"""Queue → emitter, reader, and what the emitter committed."""
_COUNT = {
    ENTRIES: "SELECT count(*) FROM entry",
    TALLIES: "SELECT coalesce(sum(value), 0) FROM tally",
    BELLS: "SELECT count(*) FROM alarm WHERE state = 'rung'",
}
_LEFT = """
    SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outbox_refused) AS outbox,
           (SELECT count(*) FROM deadline) AS deadlines
"""


@dataclass
class Plan:
    """What a run sent, as its driver noted it on its own side."""

    accepted: set[str] = field(default_factory=set)
    """Entries whose request was answered with 2xx."""
    sent: set[str] = field(default_factory=set)
    """Entries that were sent at all, answered or not."""
    poison: dict[str, str] = field(default_factory=dict)
    """Entries that must be dead, and of which error."""
    unreadable: int = 0
    """Messages without a readable id, put into the entries' queue."""
    ledger: bool = True
    """Whether the relay alone sent events."""


async def rest(stage: Stage, patience: float) -> list[Finding]:
    """Wait until nothing is under way any more; what still is when nothing has changed for `patience` seconds."""
    last: dict[str, Any] = {}
    changed, quiet = time.monotonic(), 0
    while quiet < 2:
        began = time.monotonic()
        left = await under_way(stage)
        quiet = 0 if left else quiet + 1
        rows = {what: count for what, count in left.items() if not what.startswith("handlers")}
        if rows != last:
            last, changed = rows, time.monotonic()
        if time.monotonic() - changed > patience:
            await stage.tell_tasks()
            return [
                Finding(
                    "outbox-empty" if "outbox" in str(left) else "at-rest", f"{patience:.0f} s without change: {left}."
                )
            ]
        await asyncio.sleep(max(0.2, time.monotonic() - began))
    return []


async def under_way(stage: Stage) -> dict[str, Any]:
    """What is still under way: rows to send, deadlines, messages, and events that no reader dealt with."""
    left: dict[str, Any] = {}
    for service in stage.databases:
        row = (await stage.fetch(service, _LEFT))[0]
        left |= {f"{name} of {service}": count for name, count in row.items() if count}
    left |= {name: count for name, count in (await stage.ready_messages()).items() if count}
    for name, child in stage.children.items():
        if child.is_running and (busy := (await stage.ask(name, "/internal/quiet")).get("handlers", "no answer")):
            left[f"handlers of {name}"] = busy
    for queue, (emitter, reader, _) in WAYS.items():
        wanted = (await stage.fetch(emitter, _COUNT[queue]))[0][0]
        taken = (await stage.fetch(reader, "SELECT count(*) FROM inbox WHERE handler = $1", queue))[0][0]
        if taken < wanted:
            left[f"not taken by {queue}"] = wanted - taken
    return left


async def close(stage: Stage, plan: Plan, patience: float) -> list[Finding]:
    """Wait for rest, then every assertion about the whole run that does not hold."""
    found = await rest(stage, patience)
    accounts = {queue: await _account(stage, queue, plan) for queue in WAYS}
    for account in accounts.values():
        found += account.findings()
    written = accounts[ENTRIES].committed
    found += _as_noted("accepted-is-committed", "answered with 2xx and not committed", plan.accepted - written)
    found += _as_noted("committed-was-sent", "committed and never sent", written - plan.sent)
    return found + await _copies(stage) + await _alarms(stage, accounts[ENTRIES])


def _as_noted(assertion: str, what: str, keys: set[str]) -> list[Finding]:
    return [Finding(assertion, f"{len(keys)} entries {what}, first {sorted(keys)[:3]}.")] if keys else []


async def _account(stage: Stage, queue: str, plan: Plan) -> Account:
    emitter, reader, committed = WAYS[queue]
    letters = await stage.fetch(reader, "SELECT event_id, body, error_type FROM dead_letter WHERE handler = $1", queue)
    inbox = await stage.fetch(reader, "SELECT event_id, outcome FROM inbox WHERE handler = $1", queue)
    effects = await stage.fetch(reader, "SELECT key, event_id FROM effect WHERE handler = $1", queue)
    keys = {row["key"] for row in await stage.fetch(emitter, committed)}
    account = Account(
        queue,
        committed=keys,
        effects=[(row["key"], row["event_id"]) for row in effects],
        inbox={row["event_id"]: row["outcome"] for row in inbox},
        dead=[Dead(_key(row["body"]), row["event_id"], row["error_type"]) for row in letters],
        planted={key: error for key, error in plan.poison.items() if key in keys},
        unreadable=plan.unreadable if queue == ENTRIES else 0,
    )
    if plan.ledger:
        account.sent = await _sent(stage, emitter, queue)
        account.expected_sent = len(inbox), sum(share(row["event_id"]) for row in inbox) % MODULUS
    return account


async def _sent(stage: Stage, emitter: str, queue: str) -> tuple[int, int]:
    kind = queue.partition(".")[2].removesuffix("-v1").replace("-", ".")
    statement = (
        "SELECT coalesce(sum(count), 0) AS count, coalesce(sum(digest), 0) AS digest FROM ledger_sent WHERE type = $1"
    )
    row = (await stage.fetch(emitter, statement, f"rapport.{kind}.v1"))[0]
    return int(row["count"]), int(row["digest"]) % MODULUS


def _key(body: bytes) -> str | None:
    """The key of a dead event; None where it cannot be read."""
    try:
        data: Mapping[str, Any] = orjson.loads(body)["data"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return str(data["entry"]) if "entry" in data else f"{data['tally']}/{data['value']}"


async def _copies(stage: Stage) -> list[Finding]:
    owned = {row["tally"]: row["value"] for row in await stage.fetch("writer", "SELECT tally, value FROM tally")}
    copies = {row["tally"]: row["value"] for row in await stage.fetch("reader", "SELECT tally, value FROM tally_copy")}
    steps = await stage.fetch("reader", "SELECT tally, sequence FROM tally_step ORDER BY position")
    heard = await stage.fetch("reader", "SELECT key, sequence FROM effect WHERE handler = $1", TALLIES)
    return accounting.states(owned, copies, ((row["tally"], row["sequence"]) for row in steps)) + accounting.sequences(
        (row["key"], row["sequence"]) for row in heard
    )


async def _alarms(stage: Stage, entries: Account) -> list[Finding]:
    applied = {key for key, _ in entries.effects}
    marked = {row["entry"]: row for row in await _marked(stage) if row["entry"] in applied}
    armed = {entry for entry, row in marked.items() if row["mark"] == "arms"}
    cancelled = {row["target"] for row in marked.values() if row["mark"] == "cancels"}
    found = await stage.fetch("reader", "SELECT entry::text AS entry, state FROM alarm")
    return accounting.alarms(armed, cancelled, {row["entry"]: row["state"] for row in found})


async def _marked(stage: Stage) -> list[Any]:
    statement = "SELECT entry::text AS entry, target::text AS target, mark FROM entry WHERE mark IN ('arms', 'cancels')"
    return await stage.fetch("writer", statement)
