"""`rapport trace`: one story across the services, put together from the archive and from every service's own rows."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from cyclopts import App
from rich.text import Text

from deploy.archive import read
from deploy.cli.common import CheckFailed, Json, Typed, console, print_json
from deploy.cli.connections import broker_url, opened
from deploy.cli.readable import event_of
from deploy.cli.words import Since
from deploy.local.problems import Unavailable
from deploy.registry import SERVICES, readers
from shared.contracts import Envelope
from shared.contracts.envelope import Undecodable, decode
from shared.ids import made_at
from shared.messaging.topology import queue_name

EARLIER = timedelta(minutes=1)
"""Clocks of two machines may differ by that much."""

_OUTBOX = "SELECT body, NULL AS reason FROM outbox WHERE correlation_id = $1"
_REFUSED = "SELECT body, reason FROM outbox_refused WHERE correlation_id = $1"
_DEAD = """
    SELECT queue, event_id, body, content_type, error_type, reason, last_at FROM dead_letter
    WHERE event_id = ANY($1) OR position($2::bytea IN body) > 0
"""
_INBOX = """
    SELECT handler, event_id, outcome, received_at FROM inbox WHERE handler = ANY($1) AND event_id = ANY($2)
"""


@dataclass
class Step:
    """One event of the story: where it is, what became of it at each reader (by service), mails about its subject."""

    envelope: Envelope
    state: str
    readers: dict[str, dict[str, Any]] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)


_MAILS = "SELECT mail, cause, kind, state FROM mail WHERE cause = ANY($1) ORDER BY caused_at, mail"

Steps = dict[tuple[UUID, str], Step]
"""By id and type: a new version's twin has the same id."""


def register(app: App) -> None:
    """Add this command."""
    app.command(trace)


def trace(story: UUID, *, since: Since = None, json: Json = False) -> None:
    """One story in order of time: events, who emitted and caused them, what became of each, and what mails they caused.

    It ends with code 69, after printing what was found, when a part of the platform did not answer.

    Parameters
    ----------
    story
        the correlation id, as in log lines and in every event.
    since
        how far back the archive is read; by default to a minute before the time inside the correlation id.
    """
    steps, missing = asyncio.run(gather(story, since or _beginning(story)))
    lines = [_line(step) for step in sorted(steps.values(), key=lambda step: (step.envelope.id, step.envelope.type))]
    if json:
        print_json({"correlation_id": story, "events": lines, "unanswered": missing})
    else:
        console.print(Text("\n".join(map(_paragraph, lines))), end="\n" if lines else "")
    if missing:
        raise Unavailable("The story may be longer: " + " ".join(missing))
    if not lines:
        raise CheckFailed(
            "No event of this story is known. Give the correlation id of a log line, or the last id of a line of "
            "`rapport events tail`."
        )


async def gather(story: UUID, since: datetime) -> tuple[Steps, list[str]]:
    """The steps of a story, and a sentence for each part that did not answer."""
    steps: Steps = {}
    missing: list[str] = []
    try:
        async for found in read(broker_url(), since):
            if found.envelope.correlationid == story:
                _add(steps, found.envelope, "sent")
    except Unavailable as error:
        missing.append(str(error))
    for look in (_own, _heard):  # first all that was emitted, then what became of it
        for service in SERVICES:
            try:
                async with opened(service) as connection:
                    await look(connection, service, story, steps)
            except Unavailable as error:
                missing.append(str(error))
    return steps, list(dict.fromkeys(missing))


async def _own(connection: asyncpg.Connection, _service: str, story: UUID, steps: Steps) -> None:
    """What a service emitted and the broker does not have, and dead letters that the archive has forgotten."""
    for row in await connection.fetch(_OUTBOX, story):
        _add(steps, Envelope.model_validate_json(row["body"]), "in the outbox")
    for row in await connection.fetch(_REFUSED, story):
        _add(steps, Envelope.model_validate_json(row["body"]), f"refused: {row['reason']}")
    for row in await connection.fetch(_DEAD, [], str(story).encode()):
        try:
            envelope = decode(row["body"], {}, row["content_type"])
        except Undecodable:
            continue
        if envelope.correlationid == story:
            _add(steps, envelope, "sent")


async def _heard(connection: asyncpg.Connection, service: str, _story: UUID, steps: Steps) -> None:
    """What became of each event at one reader. A dead row without its letter was dropped."""
    queues = {event.type: queue_name(service, event) for event in readers()[service]}
    ids = [step.envelope.id for step in steps.values() if step.envelope.type in queues]
    taken = {
        (row["handler"], row["event_id"]): row for row in await connection.fetch(_INBOX, list(queues.values()), ids)
    }
    letters = {(row["queue"], row["event_id"]): row for row in await connection.fetch(_DEAD, ids, None)}
    for step in steps.values():
        if queue := queues.get(step.envelope.type):
            key = queue, step.envelope.id
            step.readers[service] = _fate(taken.get(key), letters.get(key), step.state)
    if service == "notify":
        await _mails(connection, [step for step in steps.values() if service in step.readers])


async def _mails(connection: asyncpg.Connection, steps: list[Step]) -> None:
    """Which mails a subject caused; whom they went to and what they say is not told."""
    for row in await connection.fetch(_MAILS, [step.envelope.subject for step in steps]):
        mail = {name: row[name] for name in ("mail", "kind", "state")}
        for step in steps:
            if step.envelope.subject == row["cause"]:
                step.mails.append(mail)


def _fate(taken: Any, letter: Any, state: str) -> dict[str, Any]:
    if letter:
        return {"outcome": "dead", "at": letter["last_at"], "reason": f"{letter['error_type']}: {letter['reason']}"}
    if taken:
        return {"outcome": "applied" if taken["outcome"] == "applied" else "dropped", "at": taken["received_at"]}
    return {"outcome": "waiting" if state == "sent" else "not sent yet"}


def _add(steps: Steps, envelope: Envelope, state: str) -> None:
    """The first that is known of an event stands: what is in the archive was sent, whatever else holds it."""
    steps.setdefault((envelope.id, envelope.type), Step(envelope, state))


def _beginning(story: UUID) -> datetime:
    try:
        return made_at(story) - EARLIER
    except ValueError:
        raise Typed(f"{story} carries no time; say --since 1d, or how far back the archive is to be read.") from None


def _line(step: Step) -> dict[str, Any]:
    event = event_of(step.envelope)
    event.pop("data")
    made = made_at(step.envelope.id) if step.envelope.id.version == 7 else None
    return {"made_at": made, **event, "state": step.state, "readers": step.readers, "mails": step.mails}


def _paragraph(line: dict[str, Any]) -> str:
    """One event for the terminal: what it is, where it comes from, and its readers below."""
    made = line["made_at"].isoformat(timespec="milliseconds") if line["made_at"] else "an unknown time"
    cause = f", caused by {line['causationid']}" if "causationid" in line else ""
    said = [
        f"{made} {line.get('type', '[unknown type]')} {line.get('subject', '')}",
        f"    event {line['id']} by {line.get('emitted_by', 'somebody')}{cause}: {line['state']}",
    ]
    for reader, fate in line["readers"].items():
        parts = (f"{reader:<10}", fate["outcome"], fate.get("at"), fate.get("reason"))
        said.append("    " + " ".join(str(part) for part in parts if part))
    said += [f"    mail {mail['mail']} {mail['kind']}: {mail['state']}" for mail in line["mails"]]
    return "\n".join(said)
