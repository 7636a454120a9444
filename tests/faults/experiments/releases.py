"""Services that are scaled, stay away, or come in a bad release."""

import asyncio
import subprocess
import tarfile
from functools import partial
from io import BytesIO
from pathlib import Path

from deploy.cli.deadletters import put_back
from tests.faults.books import ENTRIES, rest
from tests.faults.children import ROOT
from tests.faults.experiments.base import Run, Skipped, experiment
from tests.support.eventually import eventually

QUEUES = 1
"""Subscribers that the bad release fails: that of entries."""
MOST_DEAD = 20


@experiment("scaled", short=None, small={"seconds": 2}, long={"seconds": 60})
async def scaled(run: Run, *, seconds: float) -> None:
    """The reader alone grows from one process to four and shrinks again, in order, while entries are written."""
    await run.start()
    more = [f"reader-{number}" for number in range(2, 5)]
    async with run.load.running(100):
        for name in more:
            await run.stage.start("reader", name=name)
        for name in more:
            await eventually(partial(run.stage.consuming, name), within=30)
        await asyncio.sleep(seconds)
        for name in more:
            await run.stage.children[name].stop()
        await asyncio.sleep(seconds)
    await run.close()


@experiment("reader-away", short=None, small={"entries": 1_000}, long={"entries": 36_000})
async def reader_away(run: Run, *, entries: int) -> None:
    """The reader is away for as many events as an hour brings, twenty in a second, and comes back."""
    await run.start()
    await run.stage.children["reader"].stop()
    await run.load.fill(entries)
    await run.start("reader")
    await run.close()


@experiment("bad-release", short={"entries": 100}, small={"entries": 60}, long={"entries": 2_000})
async def bad_release(run: Run, *, entries: int) -> None:
    """A release that fails every entry pauses after twenty; the good one takes the rest, and a replay what is dead."""
    await run.start("writer")
    await run.start("reader", FAULTS_BAD_RELEASE="1")
    await run.load.fill(entries)
    await run.until("dead-as-planted", partial(_paused, run), f"{MOST_DEAD} entries are dead.")
    await run.stage.children["reader"].stop()
    letters = await run.stage.fetch("reader", "SELECT * FROM dead_letter")
    sentence = f"{len(letters)} are dead; a bad release may cost {MOST_DEAD * QUEUES}."
    run.claim("dead-as-planted", len(letters) <= MOST_DEAD * QUEUES, sentence)
    await run.start("reader", FAULTS_BAD_RELEASE="")
    await put_back(run.stage.amqp_url, letters)
    run.facts["replayed"] = len(letters)
    await run.close()


async def _paused(run: Run) -> bool:
    dead = await run.stage.fetch("reader", "SELECT count(*) FROM dead_letter WHERE handler = $1", ENTRIES)
    return int(dead[0][0]) >= MOST_DEAD


@experiment(
    "last-release",
    short=None,
    small={"entries": 200, "release": "HEAD"},
    long={"entries": 5_000, "release": ""},
)
async def last_release(run: Run, *, entries: int, release: str) -> None:
    """A reader of the last release hears a writer of today, then a reader of today a writer of the last release.

    Both find what the other release left in their databases, as in a rollback.
    """
    tree = await asyncio.to_thread(_sources_of, release, run.stage.servers.home.folder("release"))
    for older, newer in (("reader", "writer"), ("writer", "reader")):
        await run.start(older, tree=tree)
        await run.start(newer)
        await run.load.fill(entries // 2)
        run.hold(await rest(run.stage, run.patience))
        for name in (older, newer):
            await run.stage.children[name].stop()
    await run.start()
    await run.close()


def _sources_of(release: str, folder: Path) -> Path:
    """The tree of a release, of the last tag where none is named. Raises Skipped where there is none."""
    release = release or _git("describe", "--tags", "--abbrev=0").decode().strip()
    archive = _git("archive", release) if release else b""
    if not archive or b"tests/faults/reader" not in archive:
        raise Skipped("No release has these experiments yet.")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False).stdout
