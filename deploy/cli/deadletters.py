"""`rapport dead`: what could not be handled, why, and the way back."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any
from uuid import UUID

import aio_pika
import orjson
from cyclopts import App

from deploy.cli.common import Json, Typed, chosen, print_json, say, show, tell
from deploy.cli.connections import broker_url, opened, put
from deploy.cli.readable import fingerprint, known_content_type, known_headers, readable
from deploy.cli.record import record
from deploy.cli.selecting import ANY, Which, chunks, select
from deploy.cli.words import All, Count, DryRun, Rate, Yes, confirm
from shared.contracts.envelope import CONTENT_TYPE
from shared.deadletters import REPLAY_HEADER
from shared.messaging.topology import dead_queue_name

_SHOW = "SELECT * FROM dead_letter WHERE id = $1"
_BODIES = "SELECT id, queue, body, headers, content_type, event_id FROM dead_letter WHERE id = ANY($1) ORDER BY id"
_DROP = "DELETE FROM dead_letter WHERE id = ANY($1) RETURNING id"


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="dead", help="Dead letters: messages that could not be handled.")
    group.command(list_, name="list")
    group.command(show_, name="show")
    group.command(replay)
    group.command(drop)
    app.command(group)


def list_(*letters: UUID, which: Which = ANY, limit: Count = 100, json: Json = False) -> None:
    """List dead letters, oldest first in each service."""
    rows = asyncio.run(select(which, letters, limit))
    show(rows, as_json=json, title="Dead letters", empty="No dead letters.")


def show_(letter: UUID, *, service: str | None = None, json: Json = False) -> None:
    """One dead letter with the event it carries. What is no event of ours may hold anything and is not shown."""
    row = asyncio.run(_find(letter, chosen(service)))
    headers = orjson.loads(row["headers"])
    row |= {
        "event": readable(row["body"], headers, row["content_type"]),
        "headers": known_headers(headers),
        "content_type": known_content_type(row["content_type"]),
        "body": fingerprint(row["body"]),
    }
    if json:
        print_json(row)
    else:
        show([{"": key, " ": value} for key, value in row.items()], as_json=False)


def replay(
    *letters: UUID,
    which: Which = ANY,
    all: All = False,
    rate: Rate = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Put dead letters back into their readers' queues; those that are applied now disappear from the list.

    Parameters
    ----------
    letters
        which ones. One that has been applied or dropped meanwhile is no error.
    all
        every dead letter.
    """
    which.demand_some(letters, all)
    rows = asyncio.run(select(which, letters))
    ways = [row for row in rows if row["queue"] != dead_queue_name(row["service"])]
    if len(ways) < len(rows):
        say(f"{len(rows) - len(ways)} dead letter(s) do not say whose queue they came from; they can only be dropped.")
    if dry_run:
        show(ways, as_json=json, title="Would be put back", empty="Nothing would be put back.")
        return
    done = asyncio.run(_replay(ways, rate)) if ways else 0
    gone = (len(letters) - len(rows) if letters else 0) + len(ways) - done
    sentence = f"{done} dead letter(s) were put back{_gone(gone)}."
    tell({"put_back": done, "gone": gone}, sentence, as_json=json)


def drop(
    *letters: UUID,
    which: Which = ANY,
    all: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Give dead letters up: their events will never be applied there, and a late repeat of one changes nothing.

    The ledger goes on counting them as dead. One that was put back before this and not handled yet may still be
    applied, or die again and come back to the list.

    Parameters
    ----------
    letters
        which ones.
    all
        every dead letter.
    """
    which.demand_some(letters, all)
    rows = asyncio.run(select(which, letters))
    if dry_run or not rows:
        show(rows, as_json=json, title="Would be dropped", empty="Nothing is to be dropped.")
        return
    confirm(f"Drop {_counted(rows)}? Nobody will apply them any more.", yes=yes)
    dropped = asyncio.run(_drop(rows))
    done = record("dead.dropped", letters=[str(letter) for letter in dropped])
    sentence = f"{len(dropped)} dead letter(s) were dropped by {done['by']}{_gone(len(rows) - len(dropped))}."
    tell({"dropped": dropped, "gone": len(rows) - len(dropped), **done}, sentence, as_json=json)


async def put_back(amqp_url: str, rows: Sequence[Any], rate: Rate = None) -> int:
    """Publish dead letters to the queues they came from, marked as replays, each confirmed; returns how many."""

    async def messages() -> AsyncIterator[tuple[str, aio_pika.Message]]:
        for row in rows:
            yield _message(row)

    return await put(amqp_url, messages(), rate)


async def _replay(rows: Sequence[dict[str, Any]], rate: int | None) -> int:
    async def messages() -> AsyncIterator[tuple[str, aio_pika.Message]]:
        for service, ids in _by_service(rows):
            for handful in chunks(ids):
                async with opened(service) as connection:
                    found = await connection.fetch(_BODIES, handful)
                for row in found:
                    yield _message(row)

    return await put(broker_url(), messages(), rate)


def _message(row: Any) -> tuple[str, aio_pika.Message]:
    message = aio_pika.Message(
        bytes(row["body"]),
        headers={**_cloud_events(orjson.loads(row["headers"])), REPLAY_HEADER: "1"},
        content_type=row["content_type"] or CONTENT_TYPE,
        message_id=str(row["event_id"] or row["id"]),
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    return row["queue"], message


def _cloud_events(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers of the binary binding; those that the broker added stay behind."""
    return {name: value for name, value in headers.items() if name.lower().startswith(("cloudevents", "ce-"))}


async def _drop(rows: Sequence[dict[str, Any]]) -> list[UUID]:
    """Delete the letters alone: their inbox rows stay dead, so that the ledger balances and repeats are known."""
    dropped: list[UUID] = []
    for service, ids in _by_service(rows):
        async with opened(service) as connection:
            dropped += [row["id"] for row in await connection.fetch(_DROP, ids)]
    return dropped


async def _find(letter: UUID, services: Iterable[str]) -> dict[str, Any]:
    for service in services:
        async with opened(service) as connection:
            if row := await connection.fetchrow(_SHOW, letter):
                return {"service": service, **row}
    raise Typed(f"There is no dead letter {letter}; see `rapport dead list`.")


def _by_service(rows: Sequence[dict[str, Any]]) -> Iterable[tuple[str, list[UUID]]]:
    ids: defaultdict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        ids[row["service"]].append(row["id"])
    return ids.items()


def _counted(rows: Sequence[dict[str, Any]]) -> str:
    counts = Counter(row["service"] for row in rows)
    return f"{len(rows)} dead letter(s) ({', '.join(f'{name}: {count}' for name, count in counts.items())})"


def _gone(count: int) -> str:
    return f"; {count} are none (any more)" if count else ""
