"""Broken variants of the product: each is a patch on a copy of the tree, and one experiment must notice it.

An experiment that passes on a broken product proves nothing; the same run passes on the unpatched copy.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.children import ROOT

PATCHES = Path(__file__).parent / "variants"
PATIENCE_SECONDS = 8
CONTROL_PATIENCE_SECONDS = 30
AT_ONCE = 3


@dataclass(frozen=True)
class Variant:
    """A broken product: the experiment that notices it, and the assertion that fails there."""

    name: str
    experiment: str
    assertion: str
    size: dict[str, Any] = field(default_factory=dict)

    @property
    def patch(self) -> Path:
        """Its unified diff."""
        return PATCHES / f"{self.name}.patch"

    @property
    def arguments(self) -> tuple[str, ...]:
        """How its experiment is asked for."""
        return self.experiment, "--size", "small", "--with", json.dumps(self.size)


def _crash(**points: str) -> dict[str, Any]:
    return {"writer": [], "reader": []} | {service: [point] for service, point in points.items()}


VARIANTS = (
    Variant("acknowledge-before-commit", "failpoints", "nothing-lost", _crash(reader="handler.before_commit:9")),
    Variant("publish-before-commit", "failpoints", "applied-once", _crash(writer="request.before_commit:9")),
    Variant("inbox-in-its-own-transaction", "failpoints", "nothing-lost", _crash(reader="handler.before_commit:9")),
    Variant("high-water-mark", "late-commits", "outbox-empty"),
    Variant("delete-before-confirm", "failpoints", "nothing-lost", _crash(writer="relay.before_publish:9")),
    Variant("delete-by-range", "late-commits", "nothing-lost"),
    Variant("sequence-from-the-outbox", "late-commits", "gapless-sequence"),
    Variant("no-publish-timeout", "half-open", "outbox-empty"),
    Variant("timer-cancelled-elsewhere", "alarms", "alarms-end"),
    Variant("nack-on-error", "poison", "dead-as-planted", {"kinds": ["raises"]}),
    Variant("acknowledge-before-the-dead-letter", "failpoints", "nothing-lost", _crash(reader="dead.before_row:1")),
    Variant("short-dedupe-window", "repeats", "applied-once"),
    Variant("older-state-overwrites", "repeats", "no-older-over-newer"),
)


async def check(environment: dict[str, str], names: Sequence[str] = ()) -> AsyncIterator[tuple[str, str | None]]:
    """(what ran, None or what is wrong) of each control and each variant, as they end."""
    variants = [variant for variant in VARIANTS if not names or variant.name in names]
    turns = asyncio.Semaphore(AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="rapport-faults-") as folder:
        tree = Path(folder) / "unpatched"
        await asyncio.to_thread(_copy_tree, tree)
        controls = {variant.arguments for variant in variants}
        runs = [_control(turns, tree, arguments, environment) for arguments in sorted(controls)]
        runs += [_variant(turns, tree, variant, environment) for variant in variants]
        for done in asyncio.as_completed([asyncio.ensure_future(run) for run in runs]):
            yield await done


async def _control(
    turns: asyncio.Semaphore, tree: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> tuple[str, str | None]:
    async with turns:
        code, out, err = await _run(tree, arguments, CONTROL_PATIENCE_SECONDS, environment)
    name = f"unpatched {arguments[0]} {arguments[-1]}"
    return name, None if code == 0 else f"it must pass and ended with {code}: {out[-1500:]}\n{err[-1500:]}"


async def _variant(
    turns: asyncio.Semaphore, tree: Path, variant: Variant, environment: dict[str, str]
) -> tuple[str, str | None]:
    name = f"variant {variant.name}"
    async with turns:
        with tempfile.TemporaryDirectory(prefix="rapport-faults-") as folder:
            patched = Path(folder) / "patched"
            await asyncio.to_thread(shutil.copytree, tree, patched)
            applied = await asyncio.to_thread(_apply, variant, patched)
            if applied.returncode:
                return name, f"its patch does not apply any more; write it anew for this code: {applied.stderr.strip()}"
            code, out, err = await _run(patched, variant.arguments, PATIENCE_SECONDS, environment)
    if code == 0:
        return name, f"{variant.experiment} did not notice it: {variant.assertion} held."
    failed = [line.partition(":")[0] for line in out.splitlines()]
    if code != 1 or variant.assertion not in failed:
        return (
            name,
            f"{variant.experiment} ended with {code} and without {variant.assertion}: {out[-1500:]}\n{err[-1500:]}",
        )
    return name, None


async def _run(
    tree: Path, arguments: tuple[str, ...], patience: float, environment: dict[str, str]
) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults", *arguments, "--patience", str(patience),
        cwd=tree, env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 180)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, out.decode(), err.decode()


def _apply(variant: Variant, tree: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["git", "apply", str(variant.patch)], cwd=tree, capture_output=True, text=True, check=False)


def _copy_tree(target: Path) -> None:
    """The tracked files, and those that may become tracked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
