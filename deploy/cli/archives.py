"""`rapport events replay`: putting what the archive keeps into one reader's queue."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime

import aio_pika
from cyclopts import App

from deploy.archive import Archived, is_between, read
from deploy.cli.common import Json, Typed, chosen, show
from deploy.cli.connections import broker_url, put
from deploy.cli.selecting import events_named
from deploy.cli.words import DryRun, Rate, Since, Type, Until, demand_order
from deploy.registry import readers
from shared.contracts import REGISTRY, Event
from shared.contracts.envelope import CONTENT_TYPE
from shared.inbox import is_too_old
from shared.messaging.topology import queue_name


def register(app: App) -> None:
    """Add to the group `events`."""
    app["events"].command(replay)


def replay(
    *,
    service: str,
    type: Type = None,
    since: Since = None,
    until: Until = None,
    rate: Rate = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Put archived events into the queues of one reader that came late; nobody else gets them.

    Events that its inbox knows change nothing there, dead ones stay dead (`rapport dead replay`). The archive keeps
    thirty days; older events would be taken for repeats and are left out. `since` and `until` go by when events were
    made, in real time.

    Parameters
    ----------
    service
        the reader.
    """
    demand_order(since, until)
    events = _heard(service, type)
    counts: Counter[str] = Counter()

    async def messages() -> AsyncIterator[tuple[str, aio_pika.Message]]:
        async for found in _chosen(events, since, until):
            counts[found.envelope.type] += 1
            yield queue_name(service, REGISTRY[found.envelope.type]), _message(found)

    async def count() -> None:
        async for _ in messages():
            pass

    asyncio.run(count() if dry_run else put(broker_url(), messages(), rate))
    lines = [{"type": kind, "events": number} for kind, number in sorted(counts.items())]
    show(lines, as_json=json, title="Would be put back" if dry_run else "Put back", empty="Nothing is to be put back.")


def _heard(service: str, name: str | None) -> dict[str, type[Event]]:
    chosen(service)
    heard = {event.type: event for event in readers()[service]}
    if name is None:
        return heard
    named = {event.type: event for event in events_named(name) if event.type in heard}
    if not named:
        raise Typed(f"{service} does not hear {name!r}; it hears {', '.join(heard)}.")
    return named


async def _chosen(
    events: dict[str, type[Event]], since: datetime | None, until: datetime | None
) -> AsyncIterator[Archived]:
    async for found in read(broker_url(), since):
        identifier = found.envelope.id
        if found.envelope.type in events and is_between(identifier, since, until) and not is_too_old(identifier):
            yield found


def _message(found: Archived) -> aio_pika.Message:
    """The event as it was published, but for the copy to a second site: a queue's name is the whole address here."""
    envelope = found.envelope
    return aio_pika.Message(
        found.body,
        content_type=CONTENT_TYPE,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(envelope.id),
        type=envelope.type,
        timestamp=envelope.time,
        correlation_id=str(envelope.correlationid),
        app_id="rapport",
    )
