"""How far it is: a bar on a terminal, a line now and then elsewhere; always on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from deploy.cli.common import errors, say

Advance = Callable[[int], None]


@contextmanager
def progress(what: str, total: int) -> Iterator[Advance]:
    """Within it, call what is yielded with the number of things just done."""
    if not errors.is_terminal:
        yield _lines(what, total)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)


def _lines(what: str, total: int) -> Advance:
    done = told = 0

    def advance(more: int) -> None:
        nonlocal done, told
        done += more
        if done >= total or done - told >= max(1_000, total // 10):
            told = done
            say(f"{what}: {done} of {total}")

    return advance
