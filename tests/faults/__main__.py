"""`python -m tests.faults`: run the experiments, and the broken variants that they must notice.

Exit code 0: everything held. 1: something did not, and standard output names each assertion.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from tests.faults import results, sensitivity
from tests.faults.experiments import EXPERIMENTS
from tests.faults.experiments.base import NotSo, Run, Skipped
from tests.faults.servers import Servers


def say(sentence: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


async def run_one(servers: Servers, name: str, size: Mapping[str, Any], patience: float) -> dict[str, Any]:
    """Run one experiment; what it tells. Raises NotSo."""
    async with Run.on(servers, patience) as run:
        try:
            await EXPERIMENTS[name].run(run, **size)
        except BaseException:
            for child in run.stage.children.values():
                sys.stderr.write(f"--- {child.name} died {child.died}, struck {child.struck}\n{child.complaints()}\n")
            raise
        return run.facts


async def experiments(servers: Servers, names: list[str], size: str, patience: float, given: dict[str, Any]) -> bool:
    """Run experiments in one size; whether all held."""
    code, kept, held = results.sources(), results.Results.read(), True
    for name in names:
        began = time.monotonic()
        sizes = {**(getattr(EXPERIMENTS[name], size) or {}), **given}
        try:
            told: dict[str, Any] | str = await run_one(servers, name, sizes, patience)
            result = "passed"
        except NotSo as error:
            told, result, held = str(error), "failed", False
        except Skipped as reason:
            told, result = str(reason), "skipped"
        seconds = time.monotonic() - began
        say(f"{result} {name} ({seconds:.0f} s)" + (f"\n{told}" if isinstance(told, str) else f" {told}"))
        if size == "long":
            kept.note(name, result, seconds, code, told if isinstance(told, dict) else told.splitlines()[0])
    return held


async def variants(servers: Servers, names: list[str]) -> bool:
    """Run the broken variants; whether all were noticed."""
    held = True
    async for name, wrong in sensitivity.check(servers.environment(), names):
        held = held and wrong is None
        say(f"passed {name}" if wrong is None else f"failed {name}: {wrong}")
    return held


async def main(arguments: argparse.Namespace) -> int:
    """Run what was asked for."""
    known = [variant.name for variant in sensitivity.VARIANTS]
    size = "long" if arguments.long else arguments.size
    if unknown := [name for name in arguments.names if name not in (*EXPERIMENTS, *known, "variants")]:
        say(f"There is no {', '.join(unknown)}; there are {', '.join((*EXPERIMENTS, 'variants', *known))}.")
        return 2
    chosen = [name for name in arguments.names if name in EXPERIMENTS] or _all(size, arguments.names)
    asked = [name for name in arguments.names if name in known]
    patience = arguments.patience or (300.0 if size == "long" else 60.0)
    async with Servers.running() as servers:
        held = await experiments(servers, chosen, size, patience, arguments.given)
        if asked or "variants" in arguments.names or not arguments.names:
            held = await variants(servers, asked) and held
    return 0 if held else 1


def _all(size: str, names: list[str]) -> list[str]:
    """Every experiment that has this size; of the long ones those that have not passed with these sources."""
    if names:
        return []
    kept, code = results.Results.read(), results.sources()
    found = [each.name for each in EXPERIMENTS.values() if getattr(each, size) is not None]
    return [name for name in found if size != "long" or not kept.passed(name, code)]


def parsed() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", help="experiments, broken variants, or `variants` for all of those")
    parser.add_argument("--long", action="store_true", help="every experiment in full; resumes after an interruption")
    parser.add_argument("--size", default="short", choices=("short", "small", "long"))
    parser.add_argument("--patience", type=float, help="seconds after which what is under way counts as stuck")
    parser.add_argument(
        "--with", dest="given", default="{}", type=json.loads, help="JSON: parameters of the experiment"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parsed())))
