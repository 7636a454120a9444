"""`rapport events tail|replay`: following the archive, and putting what it keeps into one reader's queue."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import aio_pika
import orjson
from cyclopts import App, Parameter

from deploy.archive import Archived, read
from deploy.cli.common import Json, Typed, chosen, show
from deploy.cli.connections import broker_url, put
from deploy.cli.readable import event_of
from deploy.cli.selecting import demand_place, events_named
from deploy.cli.words import Count, DryRun, Duration, Rate, Since, Site, Until, demand_order
from deploy.registry import readers
from shared.clock import real_now
from shared.contracts import REGISTRY, Envelope, Event
from shared.contracts.envelope import CONTENT_TYPE
from shared.ids import made_at
from shared.inbox import is_too_old
from shared.messaging.topology import queue_name

Lines = Annotated[bool, Parameter(name=("--jsonl", "--json"), negative="", help="One JSON document per line.")]
Type = Annotated[str | None, Parameter(help="Only this event type: `reply.overdue`, or the full type.")]


def register(app: App) -> None:
    """Add to the group `events`."""
    group = app["events"]
    group.command(tail)
    group.command(replay)


def tail(
    *,
    since: Since = None,
    until: Until = None,
    type: Type = None,
    site: Site = None,
    subject: str | None = None,
    for_: Annotated[Duration, Parameter(name="--for")] = None,
    limit: Count = None,
    json: Lines = False,
) -> None:
    """Print events as they are published, until Ctrl-C: time, type, subject, places, id, and the id that `trace` takes.

    Parameters
    ----------
    since
        begin that long ago instead of now.
    until
        end with the archive instead of following, and leave out what was made from then on; without `since` from the
        archive's beginning.
    subject
        only about this: `clearance/<id>`.
    for_
        end after that long.
    limit
        end after that many events.
    """
    demand_order(since, until)
    types = {event.type for event in events_named(type)} if type else None
    if subject:
        _demand_fitting(subject, types or REGISTRY)

    wanted = partial(_is_wanted, types=types, site=site, subject=subject, until=until)

    async def follow() -> None:
        if site:
            await demand_place(site)
        left = limit
        begin = since or (None if until else real_now())
        async for found in read(broker_url(), begin, follow=until is None):
            if wanted(found.envelope):
                _print(found.envelope, json)
                left = None if left is None else left - 1
            if left is not None and left <= 0:
                return

    asyncio.run(_within(follow(), for_))


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


def _is_wanted(
    envelope: Envelope, *, types: set[str] | None, site: str | None, subject: str | None, until: datetime | None
) -> bool:
    return (
        (types is None or envelope.type in types)
        and (site is None or any(_lies_in(each, site) for each in (envelope.site, envelope.othersite)))
        and (subject is None or envelope.subject == subject)
        and (until is None or envelope.id.version != 7 or made_at(envelope.id) < until)
    )


def _demand_fitting(subject: str, types: Iterable[str]) -> None:
    """Raises Typed where no event of these types is about such a thing."""
    forms = {REGISTRY[each].subject_format for each in types}
    if not any(subject.startswith(form.partition("{")[0]) for form in forms):
        raise Typed(f"--subject: {subject!r} fits no such event; write {' or '.join(sorted(forms))}.")


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
        if found.envelope.type not in events or identifier.version != 7 or is_too_old(identifier):
            continue
        made = made_at(identifier)
        if (since is None or made >= since) and (until is None or made < until):
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


def _print(envelope: Envelope, as_json: bool) -> None:
    event = event_of(envelope)
    line = orjson.dumps(event).decode()
    if not as_json:
        sites = " and ".join(filter(None, (envelope.site, envelope.othersite)))
        what = f"{event.get('type', '[unknown type]')} {event.get('subject', '')}"
        line = f"{event['time']} {what} {sites} {envelope.id} {envelope.correlationid}"
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _lies_in(site: str | None, place: str) -> bool:
    return site is not None and (site == place or site.startswith(f"{place}."))


async def _within(work: Coroutine[Any, Any, None], limit: timedelta | None) -> None:
    with suppress(TimeoutError):  # it has been followed as long as it was asked for
        async with asyncio.timeout(limit.total_seconds() if limit else None):
            await work
