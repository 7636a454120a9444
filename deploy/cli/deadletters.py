"""`rapport dead`: what could not be handled, why, and the way back."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from uuid import UUID

import aio_pika
import asyncpg
import orjson
from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Json, Typed, addresses, print_json, say, show
from deploy.registry import SERVICES
from shared.contracts.envelope import CONTENT_TYPE
from shared.deadletters import REPLAY_HEADER

Service = Annotated[str | None, Parameter(help="Only of this service.")]

_LIST = """
    SELECT id, queue, event_id, error_type, reason, attempts, first_at, last_at
    FROM dead_letter ORDER BY first_at, id LIMIT $1
"""
_SHOW = "SELECT * FROM dead_letter WHERE id = $1"
_BODIES = "SELECT id, queue, body, headers, content_type, event_id FROM dead_letter ORDER BY first_at, id"


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="dead", help="Dead letters: messages that could not be handled.")
    group.command(list_, name="list")
    group.command(show_, name="show")
    group.command(replay)
    app.command(group)


def list_(*, service: Service = None, limit: int = 100, json: Json = False) -> None:
    """List dead letters, oldest first."""
    rows = asyncio.run(_read(_chosen(service), _LIST, limit))
    show(rows, as_json=json, title="Dead letters", empty="No dead letters.")


def show_(letter: UUID, *, json: Json = False) -> None:
    """One dead letter whole, with the event it carries (events hold ids and coarse facts only)."""
    rows = asyncio.run(_read(SERVICES, _SHOW, letter))
    if not rows:
        raise Typed(f"There is no dead letter {letter}; see `rapport dead list`.")
    row = {**rows[0], "headers": orjson.loads(rows[0]["headers"]), "body": _readable(rows[0]["body"])}
    if json:
        print_json(row)
    else:
        show([{"": key, " ": value} for key, value in row.items()], as_json=False)


def replay(
    *letters: UUID,
    service: Service = None,
    all: bool = False,
    dry_run: bool = False,
) -> None:
    """Put dead letters back into their readers' queues; those that are applied now disappear from the list.

    Parameters
    ----------
    letters: which ones.
    service: only those of one service.
    all: every dead letter.
    dry_run: only say which would be put back.
    """
    if not letters and not all and service is None:
        raise Typed("Say which dead letters: their ids, --service NAME, or --all.")
    rows = asyncio.run(_read(_chosen(service), _BODIES))
    rows = [row for row in rows if not letters or row["id"] in letters]
    if missing := set(letters) - {row["id"] for row in rows}:
        raise Typed(f"There is no dead letter {', '.join(map(str, missing))}; see `rapport dead list`.")
    if not dry_run:
        asyncio.run(put_back(addresses().amqp_url, rows))
    say(f"{len(rows)} dead letter(s) {'would be' if dry_run else 'were'} put back.")


async def put_back(amqp_url: str, rows: Sequence[Any]) -> None:
    """Publish dead letters to the queues they came from, marked as replays, confirmed one by one."""
    async with await aio_pika.connect(amqp_url, timeout=10) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        for row in rows:
            message = aio_pika.Message(
                bytes(row["body"]),
                headers={**_cloud_events(orjson.loads(row["headers"])), REPLAY_HEADER: "1"},
                content_type=row["content_type"] or CONTENT_TYPE,
                message_id=str(row["event_id"] or row["id"]),
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await channel.default_exchange.publish(message, row["queue"], mandatory=True, timeout=10)


def _cloud_events(headers: dict[str, Any]) -> dict[str, Any]:
    """The headers of the binary binding; those that the broker added stay behind."""
    return {name: value for name, value in headers.items() if name.lower().startswith(("cloudevents", "ce-"))}


def _chosen(service: str | None) -> Iterable[str]:
    if service is None:
        return SERVICES
    if service not in SERVICES:
        raise Typed(f"{service!r} is no service; there are {', '.join(SERVICES)}.")
    return (service,)


async def _read(services: Iterable[str], statement: str, *values: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for service in services:
        url = addresses().databases[service].replace("+asyncpg", "")
        try:
            connection = await asyncpg.connect(url, timeout=5)
        except OSError as error:
            raise CheckFailed(f"The database of {service} does not answer: {error}.") from error
        try:
            found += [dict(row) for row in await connection.fetch(statement, *values)]
        finally:
            await connection.close()
    return found


def _readable(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.hex()
