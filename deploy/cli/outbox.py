"""`rapport outbox`: what waits for the broker, what the broker refused and why, and the way back."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
from cyclopts import App

from deploy.cli.common import Json, Typed, chosen, print_json, show, tell
from deploy.cli.connections import opened
from deploy.cli.record import record
from deploy.cli.selecting import events_named
from deploy.cli.words import Count, DryRun, Yes, confirm
from shared.clock import real_now
from shared.ids import made_at
from shared.outbox.tables import outbox, outbox_refused

_OLDEST = "SELECT event_id FROM outbox ORDER BY position LIMIT 1"
_REFUSED = """
    SELECT event_id, type, routing_key, reason, refused_at FROM outbox_refused
    WHERE ($1::uuid[] IS NULL OR event_id = ANY($1)) AND ($2::text[] IS NULL OR type = ANY($2))
    ORDER BY refused_at, event_id LIMIT $3
"""
_COLUMNS = ", ".join(column.name for column in outbox_refused.columns if column.name in outbox.columns)
_RETRY = f"""
    WITH back AS (DELETE FROM outbox_refused WHERE event_id = ANY($1) RETURNING *)
    INSERT INTO outbox ({_COLUMNS}) SELECT {_COLUMNS} FROM back ORDER BY refused_at, event_id RETURNING event_id
"""


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="outbox", help="Events on their way to the broker.")
    group.command(status)
    group.command(retry)
    app.command(group)


def status(*, service: str | None = None, limit: Count = 100, json: Json = False) -> None:
    """What waits in each outbox and since when, and what the broker refused, with its reason.

    Parameters
    ----------
    service
        only of this service.
    limit
        how many refused events of a service are listed at most; they are counted all the same.
    """
    states, refused = asyncio.run(_status(chosen(service), limit))
    if json:
        print_json({"outboxes": states, "refused": refused})
        return
    show(states, as_json=False, title="Outboxes")
    show(refused, as_json=False, title="Refused by the broker", empty="The broker refused nothing.")


def retry(
    *events: UUID,
    service: str | None = None,
    type: str | None = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Put refused events back into their outboxes; they keep their ids, and the relay tries them five times again.

    Parameters
    ----------
    events
        which ones; all where none is named.
    service
        only of this service.
    type
        only of this event type.
    """
    services, named = chosen(service), events_named(type) if type else []
    if named and not any(event.owner in services for event in named):
        raise Typed(f"{service} does not tell {type!r}; {named[0].owner} does.")
    found = asyncio.run(_select(services, list(events) or None, [event.type for event in named] or None))
    if dry_run or not found:
        show(found, as_json=json, title="Would be put back", empty="Nothing is to be put back.")
        return
    confirm(f"Put {len(found)} refused event(s) back into the outbox?", yes=yes)
    back = asyncio.run(_retry(found))
    done = record("outbox.retried", events=[str(event) for event in back])
    tell({"put_back": back, **done}, f"{len(back)} event(s) were put back by {done['by']}.", as_json=json)


async def _status(services: tuple[str, ...], limit: int | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    states = []
    for service in services:
        async with opened(service) as connection:
            states.append({"service": service, **await _state(connection)})
    return states, await _select(services, None, None, limit)


async def _state(connection: asyncpg.Connection) -> dict[str, Any]:
    """`oldest` is when the event that waits longest was made; `age_seconds` is since then."""
    oldest = await connection.fetchval(_OLDEST)
    since = made_at(oldest) if oldest else None
    return {
        "pending": await connection.fetchval("SELECT count(*) FROM outbox"),
        "oldest": since.isoformat(timespec="seconds") if since else None,
        "age_seconds": round((real_now() - since).total_seconds()) if since else None,
        "refused": await connection.fetchval("SELECT count(*) FROM outbox_refused"),
    }


async def _select(
    services: tuple[str, ...], events: list[UUID] | None, types: list[str] | None, limit: int | None = None
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for service in services:
        async with opened(service) as connection:
            rows = await connection.fetch(_REFUSED, events, types, limit)
        found += [{"service": service, **row} for row in rows]
    return found


async def _retry(rows: list[dict[str, Any]]) -> list[UUID]:
    """Each service's in one statement; what another command took meanwhile is left out."""
    back: list[UUID] = []
    for service in dict.fromkeys(row["service"] for row in rows):
        ids = [row["event_id"] for row in rows if row["service"] == service]
        async with opened(service) as connection:
            back += [row["event_id"] for row in await connection.fetch(_RETRY, ids)]
    return back
