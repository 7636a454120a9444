"""`rapport events tail`: following the archive, or reading a part of it."""

import asyncio
import sys
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

import orjson
from cyclopts import App, Parameter

from deploy.archive import is_between, read
from deploy.cli.common import Typed
from deploy.cli.connections import broker_url
from deploy.cli.readable import event_of
from deploy.cli.selecting import demand_place, events_named
from deploy.cli.words import Count, Duration, Since, Site, Type, Until, demand_order
from shared.clock import real_now
from shared.contracts import REGISTRY, Envelope

Lines = Annotated[bool, Parameter(name=("--jsonl", "--json"), negative="", help="One JSON document per line.")]
Span = tuple[datetime | None, datetime | None]


def register(app: App) -> None:
    """Add to the group `events`."""
    app["events"].command(tail)


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
        begin with what was published since then instead of now.
    until
        end with the archive instead of following, and print only what was made between `since`, or the archive's
        beginning, and then.
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

    wanted = partial(_is_wanted, types=types, site=site, subject=subject, made=(since, until))

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


def _is_wanted(
    envelope: Envelope, *, types: set[str] | None, site: str | None, subject: str | None, made: Span
) -> bool:
    """What follows is never left out for its age: it may have waited for the broker."""
    return (
        (types is None or envelope.type in types)
        and (site is None or any(_lies_in(each, site) for each in (envelope.site, envelope.othersite)))
        and (subject is None or envelope.subject == subject)
        and (made[1] is None or is_between(envelope.id, *made))
    )


def _demand_fitting(subject: str, types: Iterable[str]) -> None:
    """Raises Typed where no event of these types is about such a thing."""
    forms = {REGISTRY[each].subject_format for each in types}
    if not any(subject.startswith(form.partition("{")[0]) for form in forms):
        raise Typed(f"--subject: {subject!r} fits no such event; write {' or '.join(sorted(forms))}.")


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
