"""The story told on a live board, on a terminal that comes back as it was whatever ends the story."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live

from deploy.demo.board import draw
from deploy.demo.picture import HEIGHT, WIDTH, svg
from deploy.demo.snapshot import Break, Snapshot
from deploy.demo.stage import Stage
from deploy.demo.watching import PAUSE_SECONDS, Watch


class Board:
    """A teller whose sentences stand on the board, among what the watch sees."""

    def __init__(self, watch: Watch, live: Live) -> None:
        self._watch, self._live = watch, live
        self._story: list[str] = []
        self._breaks: list[Break] = []
        self.told: list[str] = []
        self.still: Snapshot | None = None
        """As it stood before something was mended for the first time."""

    def says(self, sentence: str) -> None:
        """The newest line of the story."""
        self.told.append(sentence)
        self._story.append(sentence)
        self.draw()

    def breaks(self, sentence: str) -> None:
        """A fault."""
        self._note(sentence, mended=False)

    def mends(self, sentence: str) -> None:
        """A fault that is over."""
        self.still = self.still or self.snapshot()
        self._note(sentence, mended=True)

    def _note(self, sentence: str, *, mended: bool) -> None:
        self.told.append(sentence)
        self._breaks.append(Break(self.snapshot().hour, sentence, mended))
        self.draw()

    def snapshot(self) -> Snapshot:
        """What is seen and told by now."""
        return replace(self._watch.snapshot(), told=tuple(self._story), breaks=tuple(self._breaks))

    def draw(self) -> None:
        """Show it as it is now, in the terminal's size of now."""
        self._live.update(draw(self.snapshot(), *self._live.console.size), refresh=True)

    async def keep_drawing(self) -> None:
        """For ever."""
        while True:
            self.draw()
            await asyncio.sleep(PAUSE_SECONDS)


def terminal() -> Console | None:
    """The terminal that a board can be drawn on; None where there is none that people look at."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        console = Console(stderr=True, highlight=False)
        if not console.is_dumb_terminal and console.encoding.startswith("utf"):
            return console
    return None


def nowhere() -> Console:
    """A terminal that nobody sees, for a picture alone."""
    return Console(file=_Nothing(), force_terminal=True, width=WIDTH, height=HEIGHT)


class _Nothing(io.StringIO):
    def write(self, text: str) -> int:
        return len(text)


@asynccontextmanager
async def on_board(
    stage: Stage, console: Console, say: Callable[[str], None], picture: Path | None = None
) -> AsyncIterator[Board]:
    """Draw as long as the block, then say everything as lines, so that it stays when the board is gone.

    `picture` is where to save a still of it.
    """
    watch = Watch(stage)
    live = Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
    board = Board(watch, live)
    try:
        with live:
            async with _meanwhile(watch.follow(), watch.ask(), board.keep_drawing()):
                yield board
    finally:
        for sentence in board.told:
            say(sentence)
    if picture:
        picture.write_text(svg(board.still or board.snapshot()), encoding="utf-8")


@asynccontextmanager
async def _meanwhile(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run what runs for ever as long as the block; a fault of theirs is raised after it."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
