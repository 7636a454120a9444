"""One import from beginning to end: check the file, send everybody, and send those of two roles a second time.

The second role goes after the first one has been taken for all, so that two requests never make the same person.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from deploy.local.problems import Misconfigured
from deploy.rosters.mapping import Person, Plan
from deploy.rosters.maps import RosterMap, load_map
from deploy.rosters.progress import Advance, progress
from deploy.rosters.reading import Refusal, Roster, Row, examine, rows
from deploy.rosters.report import Report
from deploy.rosters.sending import send
from shared.ids import new_id


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line."""

    file: Path
    site: str
    role: str
    map: str
    offering: str | None = None
    attest: str | None = None
    notify: bool = False


@dataclass(frozen=True)
class Prepared:
    """A file and a map that fit each other; nothing was sent yet."""

    roster: Roster
    plan: Plan
    head: dict[str, Any]
    report: Report


def prepare(order: Order) -> Prepared:
    """Read the map and the whole file. Raises Misconfigured naming what is wrong, before anything is sent."""
    roster_map = load_map(order.map)
    roster = examine(order.file, roster_map.delimiter)
    plan = Plan.of(roster_map, roster, order.role)
    head: dict[str, Any] = {
        "site": order.site,
        "role": order.role,
        "offering": offering_of(order, roster_map),
        "source": roster_map.source,
        "attest": order.attest,
        "notify": order.notify,
    }
    about = {"file": order.file.name, **{name: head[name] for name in ("site", "role", "offering", "source")}}
    return Prepared(roster, plan, head, Report(about, plan, roster.rows))


async def carry_out(prepared: Prepared, http: httpx2.AsyncClient) -> None:
    """Send everybody; the outcome stands in the prepared report. Raises Stopped when intake stays away."""
    started, run, report = time.monotonic(), new_id(), prepared.report
    twice: set[int] = set()
    for place, role in enumerate(prepared.plan.roles):
        if place and not twice:
            break
        with progress(f"Rows as {role}", len(twice) if place else report.rows) as advance:

            def hear(answer: dict[str, Any], role: str = role, advance: Advance = advance) -> None:
                report.hear(answer, role)
                advance(1)

            people = _second(prepared, twice) if place else _first(prepared, twice, advance)
            await send(http, prepared.head | {"role": role}, people, hear, digest=prepared.roster.digest, run=run)
        twice -= set(report.refused)
    report.seconds = time.monotonic() - started


def _first(prepared: Prepared, twice: set[int], advance: Advance) -> Iterator[Person]:
    """Everybody in the file who can be sent, remembering in `twice` who has a second role."""
    seen: dict[str, int] = {}
    for person in _people(prepared):
        if isinstance(person, Person) and (before := seen.setdefault(person.key, person.number)) != person.number:
            reason = f"The same person stands in row {before} already."
            person = Refusal(person.number, prepared.plan.column_of("key"), reason)
        if isinstance(person, Refusal):
            prepared.report.refuse(person)
            advance(1)
            continue
        if person.two_roles:
            twice.add(person.number)
        yield person


def _second(prepared: Prepared, twice: set[int]) -> Iterator[Person]:
    """Those of them who have a second role."""
    for person in _people(prepared):
        if isinstance(person, Person) and person.number in twice:
            yield person


def _people(prepared: Prepared) -> Iterator[Person | Refusal]:
    for row in rows(prepared.roster):
        yield prepared.plan.person(row) if isinstance(row, Row) else row


def offering_of(order: Order, roster_map: RosterMap) -> str:
    """The offering that was named, else the map's programme at the site."""
    named = order.offering or roster_map.offering
    if named is None:
        raise Misconfigured("Name the offering with --offering; the map names none.")
    return named if "@" in named else f"{named}@{order.site}"
