"""`python -m bench`: run benchmarks and print each row beside its raw limit and its peers."""

import argparse
import json
import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any

import uvloop
from rich.console import Console
from rich.table import Table

from bench.measure import Row, summary
from bench.servers import Servers
from shared.collector import collect_rarely

BENCHES = (
    "relay",
    "pipeline",
    "latency",
    "growth",
    "inbox",
    "deadlines",
    "recovery",
    "idle",
    "requirements",
    "applications",
    "queue",
)
PACKAGES = ("faststream", "aio-pika", "aiormq", "sqlalchemy", "asyncpg", "uvloop", "celery", "faststream-outbox")

errors = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> int:
    """Exit code 0 even where a target is missed: figures are for people to read, not a test."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(BENCHES), help="names with commas between them")
    parser.add_argument("--runs", type=int, default=5, help="how often each side is measured, taking turns")
    parser.add_argument("--scale", type=float, default=1.0, help="smaller for a quick look; the figures say so")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    chosen = parser.parse_args()
    names = chosen.only.split(",")
    if unknown := [name for name in names if name not in BENCHES]:
        parser.error(f"there is no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    collect_rarely()  # all sides alike: the product does, and so do its peers here
    rows = uvloop.run(measure(names, chosen.runs, chosen.scale))
    if chosen.json:
        document = {"rows": [row.document() for row in rows], "settings": settings(chosen)}
        print(json.dumps(document, indent=1))
    else:
        show(rows, chosen)
    return 0


async def measure(names: list[str], runs: int, scale: float) -> list[Row]:
    """Each benchmark on servers of its own, so that none inherits another one's files and memory."""
    rows: list[Row] = []
    for name in names:
        errors.print(f"{name} ...", markup=False)
        async with Servers.running() as servers:
            found = await import_module(f"bench.{name}").run(servers, runs, scale)
        for row in found:
            errors.print(f"  {_line(row)}", markup=False)
        rows += found
    return rows


def settings(chosen: argparse.Namespace) -> dict[str, Any]:
    """What a reader of the figures has to know."""
    return {
        "runs": chosen.runs, "scale": chosen.scale, "cores": os.cpu_count(), "python": platform.python_version(),
        "postgres": "fsync and synchronous_commit on", "packages": {name: version(name) for name in PACKAGES},
    }  # fmt: skip


def show(rows: list[Row], chosen: argparse.Namespace) -> None:
    """The table, and the settings below it."""
    table = Table("bench", "against", "ours", "theirs", "unit", "ratio", "target", "holds")
    for row in rows:
        sign = "≤" if row.at_most else "≥"
        table.add_row(
            row.bench, row.against, _side(row, "ours"), _side(row, "theirs"), row.unit,
            f"{row.ratio:.2f}", f"{sign} {row.target}", "yes" if row.holds else "NO",
        )  # fmt: skip
    console = Console(highlight=False, soft_wrap=True, width=160)
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.bench}, {row.against}: {row.note}", markup=False)
    console.print(json.dumps(settings(chosen)), markup=False)


def _side(row: Row, side: str) -> str:
    found = summary(getattr(row, side))
    cpu = f", {found['cpu_ms_per_event']:.2f} ms" if found["cpu_ms_per_event"] else ""
    return f"{found['median']:,.1f} ({found['least']:,.1f} to {found['most']:,.1f}{cpu})"


def _line(row: Row) -> str:
    return f"{row.bench} / {row.against}: {row.ratio:.2f} ({'holds' if row.holds else 'falls short'}) {row.note}"


if __name__ == "__main__":
    sys.exit(main())
