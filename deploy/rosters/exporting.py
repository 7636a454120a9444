"""One export from beginning to end: pages of people from intake, rows into a file beside the one asked for.

The file takes its name when it is whole, so that what is there under that name can be used.
"""

import csv
import os
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from deploy.cli.common import checked, print_json, say, show
from deploy.local.problems import Misconfigured
from deploy.rosters.importing import Order, offering_of
from deploy.rosters.mapping import Plan
from deploy.rosters.maps import load_map
from deploy.rosters.reading import Roster, Row, fold
from deploy.rosters.report import SHOWN
from deploy.rosters.sending import persist
from deploy.rosters.writing import LeftOut, row_of, sentences

PAGE = 200
_GONE = "Intake does not answer. No file was made; run the same command again."


@dataclass
class Export:
    """What is asked of intake, how it is written, and what came of it."""

    file: Path
    plan: Plan
    query: dict[str, Any]
    written: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when everybody was written, else 1."""
        return 1 if self.left_out else 0

    def print(self, *, as_json: bool) -> None:
        """To standard output."""
        found = [asdict(one) for one in self.left_out]
        if as_json:
            notes = sentences(self.plan)
            print_json({"written": self.written, "left_out": found, "notes": notes, "seconds": round(self.seconds, 2)})
            return
        show(found[:SHOWN], as_json=False, title="Left out", empty="Everybody was written.")
        say(f"{self.written} rows written to {self.file} in {self.seconds:.1f} s.")


def prepare(order: Order) -> Export:
    """Read the map. Raises Misconfigured naming what is wrong, before anything is read or written."""
    roster_map = load_map(order.map)
    if order.file.exists():
        raise Misconfigured(f"{order.file} is there already; name a new file, or move that one away.")
    names = roster_map.mentioned(*roster_map.roles(order.role))
    header = tuple({fold(name): name for name in reversed(names)}.values())[::-1]
    roster = Roster(order.file, "", roster_map.delimiter or ",", header, 0)
    plan = Plan.of(roster_map, roster, order.role)
    also = {"also": plan.roles[1]} if len(plan.roles) > 1 else {}
    query = {
        "site": order.site, "role": order.role, "offering": offering_of(order, roster_map), "source": roster_map.source,
        "evidence": roster_map.evidence is not None, "clearances": bool(roster_map.clearance), "limit": PAGE, **also,
    }  # fmt: skip
    return Export(order.file, plan, query)


async def carry_out(export: Export, http: httpx2.AsyncClient) -> None:
    """Write everybody. Raises Stopped when intake stays away; then there is no file."""
    started = time.monotonic()
    unfinished = export.file.with_name(export.file.name + ".unfinished")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=export.plan.map.delimiter or ",")
            writer.writerow(export.plan.header)
            async for stored in _people(export, http):
                row = row_of(export.plan, export.written + 2, stored)
                if isinstance(row, Row):
                    writer.writerow(row.cells)
                    export.written += 1
                else:
                    export.left_out.append(row)
        unfinished.rename(export.file)
    except OSError as error:
        raise Misconfigured(f"{export.file} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    export.seconds = time.monotonic() - started


async def _people(export: Export, http: httpx2.AsyncClient) -> AsyncIterator[dict[str, Any]]:
    query = dict(export.query)
    while True:
        page = checked(await persist(lambda: http.get("/exports", params=query), _GONE))
        for stored in page["items"]:
            yield stored
        if page["next"] is None:
            return
        query["cursor"] = page["next"]
