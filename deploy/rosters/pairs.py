"""Pairs that run already, from a file: keys become people at intake, and people become pairs at matching's own door."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import httpx2

from deploy.cli.common import checked, print_json, say, show
from deploy.local.problems import Misconfigured
from deploy.rosters.maps import Pair, RosterMap, load_map
from deploy.rosters.progress import progress
from deploy.rosters.reading import Refusal, Roster, Row, examine, fold, rows
from deploy.rosters.report import SHOWN
from deploy.rosters.sending import persist
from deploy.rosters.values import CHECKS, Unusable, cell, day

BATCH = 100
_GONE = "{} does not answer. What was taken stands; run the same command again, and it continues safely."


@dataclass
class Pairs:
    """A file of pairs and its map, and what became of its rows."""

    site: str
    offering: str
    map: RosterMap
    columns: Pair
    roster: Roster
    states: dict[str, int] = field(default_factory=lambda: {"created": 0, "updated": 0, "unchanged": 0})
    refused: list[Refusal] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when all rows are pairs now, else 1."""
        return 1 if self.refused else 0

    def print(self, *, as_json: bool) -> None:
        """To standard output."""
        counts = {**self.states, "refused": len(self.refused)}
        refusals = [asdict(refusal) for refusal in sorted(self.refused, key=lambda one: one.row)]
        if as_json:
            about = {"file": self.roster.path.name, "rows": self.roster.rows, "counts": counts}
            print_json({**about, "refused": refusals, "seconds": round(self.seconds, 2)})
            return
        show([counts], as_json=False, title=f"{self.roster.rows} rows")
        show(refusals[:SHOWN], as_json=False, title="Refused rows", empty="No row was refused.")
        if len(refusals) > SHOWN:
            say(f"... and {len(refusals) - SHOWN} more; --json lists every one.")
        say(f"Done in {self.seconds:.1f} s.")


def prepare(file: Path, site: str, named_map: str, offering: str | None) -> Pairs:
    """Read the map and the whole file. Raises Misconfigured naming what is wrong, before anything is sent."""
    roster_map = load_map(named_map)
    if roster_map.pair is None:
        raise Misconfigured(f"The map {named_map} says nothing of pairs; add [pair] with mentor, mentee, started_on.")
    named = offering or roster_map.offering
    if named is None:
        raise Misconfigured("Name the offering with --offering; the map names none.")
    roster = examine(file, roster_map.delimiter)
    used = [column for column in roster_map.pair.model_dump().values() if column]
    if missing := [column for column in used if fold(column) not in set(map(fold, roster.header))]:
        raise Misconfigured(f"{file} has no column {', '.join(missing)}, which the map uses; nothing was sent.")
    return Pairs(site, named if "@" in named else f"{named}@{site}", roster_map, roster_map.pair, roster)


async def carry_out(pairs: Pairs, intake: httpx2.AsyncClient, matching: httpx2.AsyncClient) -> None:
    """Send every row; what came of it stands in `pairs`. Raises Stopped when a service stays away."""
    started = time.monotonic()
    with progress("Pairs", pairs.roster.rows) as advance:
        found = _rows(pairs)
        while batch := list(islice(found, BATCH)):
            pairs.refused += [one for one in batch if isinstance(one, Refusal)]
            await _send(pairs, [one for one in batch if not isinstance(one, Refusal)], intake, matching)
            advance(len(batch))
    pairs.seconds = time.monotonic() - started


def _rows(pairs: Pairs) -> Iterator[dict[str, Any] | Refusal]:
    places = {fold(name): place for place, name in enumerate(pairs.roster.header)}
    for row in rows(pairs.roster):
        yield _row(pairs, places, row) if isinstance(row, Row) else row


def _row(pairs: Pairs, places: dict[str, int], row: Row) -> dict[str, Any] | Refusal:
    columns, found = pairs.columns.model_dump(), dict[str, Any](row=row.number)
    part = ""
    try:
        for part, column in columns.items():
            text = cell(row.cells[places[fold(column)]]) if column else ""
            found[part] = _value(pairs.map, part, text)
    except Unusable as error:
        return Refusal(row.number, columns[part], f"The cell {error}.")
    return found


def _value(roster_map: RosterMap, part: str, text: str) -> Any:
    if part == "hours":
        return _hours(text) if text else None
    if not text:
        raise Unusable("is empty")
    if part == "started_on":
        return day(text, roster_map.date_format).isoformat()
    key = CHECKS["key"](text)
    return key if "key" in roster_map.columns else key.lower()


def _hours(text: str) -> float:
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= 100_000:
        raise Unusable("is not a number of hours")
    return hours


async def _send(
    pairs: Pairs, batch: list[dict[str, Any]], intake: httpx2.AsyncClient, matching: httpx2.AsyncClient
) -> None:
    """Find the people of a batch, and let matching take those rows of which both are known."""
    keys = sorted({row[part] for row in batch for part in ("mentor", "mentee")})
    if not keys:
        return
    asked = {"site": pairs.site, "source": pairs.map.source, "keys": keys}
    found = await persist(partial(intake.post, "/roster-keys", json=asked), _GONE.format("Intake"))
    people = checked(found)["people"]
    known = []
    for row in batch:
        unknown = [part for part in ("mentor", "mentee") if row[part] not in people]
        if unknown:
            reason = "No import of this roster brought a person with this key; import the people first."
            pairs.refused.append(Refusal(row["row"], getattr(pairs.columns, unknown[0]), reason))
        else:
            known.append({**row, "mentor": people[row["mentor"]], "mentee": people[row["mentee"]]})
    if not known:
        return
    body = {"offering": pairs.offering, "rows": known}
    answer = checked(await persist(partial(matching.post, "/imports", json=body), _GONE.format("Matching")))
    for done in answer["rows"]:
        pairs.states[done["state"]] += 1
    for one in answer["refused"]:
        pairs.refused.append(Refusal(one["row"], getattr(pairs.columns, one["field"], None), one["reason"]))
