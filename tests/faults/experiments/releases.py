"""Services that are scaled, stay away, or come in a bad release."""

import asyncio
from functools import partial

from deploy.cli.deadletters import put_back
from tests.faults.books import ENTRIES
from tests.faults.experiments.base import Run, experiment
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
