"""The live board: what the demo's platform does now, drawn from one snapshot. Pure: it asks nobody, reads no clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from deploy.demo.snapshot import Snapshot

TWO_COLUMNS = 100
"""Terminals that are narrower get one panel below the other."""
LEFT = 60
TOLD_LINES = 5
"""The least height of a panel that tells something, its frame included."""
BARS = "▁▂▃▄▅▆▇█"
RED, GREEN, YELLOW, DIM = "bold red", "green", "yellow", "dim"


def draw(snapshot: Snapshot, width: int, height: int) -> RenderableType:
    """The board for a terminal of this size. What does not fit is left out; what the story does and breaks stays."""
    told, broken = _told(snapshot), _broken(snapshot)
    people, debts, events, waiting = _people(snapshot), _debts(snapshot), _events(snapshot), _waiting(snapshot)
    sites = max(3, len(snapshot.funnels)) + 3
    types = _rows_of_types(snapshot) + 3
    if width >= TWO_COLUMNS:
        rows: list[tuple[int, RenderableType]] = [(sites, _beside(people, debts)), (types, _beside(events, waiting))]
        last: RenderableType = _beside(told, broken)
        least = TOLD_LINES
    else:
        rows = [(sites, people), (sites, debts), (8, waiting), (types, events)]
        last, least = _below(broken, told), 2 * TOLD_LINES
    left = height - 2 - least
    shown = [Layout(_head(snapshot), size=2)]
    for size, row in rows:
        if size <= left:
            shown.append(Layout(row, size=size))
            left -= size
    board = Layout()
    board.split_column(*shown, Layout(last))
    return board


def _beside(one: RenderableType, other: RenderableType) -> Layout:
    row = Layout()
    row.split_row(Layout(one, size=LEFT), Layout(other))
    return row


def _below(one: RenderableType, other: RenderableType) -> Layout:
    column = Layout()
    column.split_column(Layout(one), Layout(other))
    return column


def _panel(title: str, body: RenderableType, *, alarm: bool = False) -> Panel:
    return Panel(body, title=title, title_align="left", border_style="red" if alarm else "blue", padding=(0, 1))


def _table(*columns: str) -> Table:
    """The first column is of words and gives way; the others are of numbers and are never cut."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, expand=True, header_style=DIM)
    words, *numbers = columns
    table.add_column(words, ratio=1, no_wrap=True, overflow="ellipsis")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True, min_width=max(2, len(name)))
    return table


def _head(snapshot: Snapshot) -> Text:
    clock = (
        f"hour {snapshot.hour:.0f} of the story, {snapshot.now:%a %d %b %Y %H:%M} UTC, {snapshot.elapsed:.0f} s played"
    )
    parts = Text("\n", no_wrap=True, overflow="ellipsis")
    for name, answers in {"broker": snapshot.broker_answers, **snapshot.answers}.items():
        parts.append(f"● {name}  " if answers else f"✗ {name} is dead  ", GREEN if answers else RED)
    return Text.assemble(("Rapport ", "bold"), clock, no_wrap=True, overflow="ellipsis").append_text(parts)


def _people(snapshot: Snapshot) -> Panel:
    table = _table("site", "applied", "cleared", "pairs", "writing", "in time", "overdue")
    for site, at in snapshot.funnels.items():
        overdue = Text(str(at.overdue), YELLOW if at.overdue else "")
        counts = (at.applied, at.cleared, at.paired, at.writing, at.in_time)
        table.add_row(_short(site), *map(str, counts), overdue)
    return _panel("how far people are, and their answers", table)


def _debts(snapshot: Snapshot) -> Panel:
    table = _table("site", "owed", "overdue", "next due")
    for site, at in snapshot.debts.items():
        overdue = Text(str(at.overdue), YELLOW if at.overdue else "")
        table.add_row(_short(site), str(at.owed), overdue, _until(at.next_due, snapshot.now))
    return _panel("answers owed, and their clocks", table if snapshot.debts else Text("nobody owes an answer", DIM))


def _until(due: datetime | None, now: datetime) -> str:
    if due is None:
        return "none"
    minutes = max(0, round((due - now) / timedelta(minutes=1)))
    return f"in {minutes // 60} h" if minutes >= 60 else f"in {minutes} min"


def _events(snapshot: Snapshot) -> Panel:
    grid = Table.grid(padding=(0, 1), pad_edge=False)
    types = sorted(snapshot.events)
    half = _rows_of_types(snapshot)
    grid.add_row(_counts(snapshot, types[:half]), _counts(snapshot, types[half:]))
    second = snapshot.seconds[-1] if snapshot.seconds else 0
    line = Text(f"{_bars(snapshot.seconds)} ", "cyan", no_wrap=True).append(f"{second} in this second", "")
    return _panel(f"{sum(snapshot.events.values())} events: of each type, and in the last second", Group(line, grid))


def _rows_of_types(snapshot: Snapshot) -> int:
    """How many types stand below each other in two columns."""
    return max(8, (len(snapshot.events) + 1) // 2)


def _counts(snapshot: Snapshot, types: Sequence[str]) -> Table:
    table = _table("type", "all", "/s")
    table.expand = table.show_header = False
    for name in types:
        lately = snapshot.lately.get(name, 0)
        table.add_row(name, str(snapshot.events[name]), Text(str(lately or ""), "bold cyan"))
    return table


def _bars(counts: Sequence[int]) -> str:
    most = max(counts, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // most)] for count in counts)


def _waiting(snapshot: Snapshot) -> Panel:
    table = _table("where", "now")
    for name, count in snapshot.outboxes.items():
        table.add_row(f"outbox of {name}", Text(str(count), YELLOW if count else DIM))
    if not snapshot.broker_answers:
        table.add_row(Text("queues: the broker is dead", RED), "?")
    for name, count in sorted(snapshot.queues.items(), key=lambda each: -each[1]) if snapshot.broker_answers else ():
        table.add_row(name, Text(str(count), YELLOW))
    return _panel(f"{sum(snapshot.outboxes.values())} wait for the broker", table, alarm=not snapshot.broker_answers)


def _told(snapshot: Snapshot) -> Panel:
    """The newest comes first, so that what is cut off is old."""
    newest, *older = list(reversed(snapshot.told)) or [""]
    return _panel("the story", Group(Text(newest, "bold"), *(Text(sentence, DIM) for sentence in older)))


def _broken(snapshot: Snapshot) -> Panel:
    dead = [name for name, answers in {"broker": snapshot.broker_answers, **snapshot.answers}.items() if not answers]
    now = [Text(f"✗ {name} does not answer", RED) for name in dead]
    then = [
        Text(f"{'✓' if each.mended else '!'} hour {each.hour:g}: {each.sentence}", GREEN if each.mended else YELLOW)
        for each in reversed(snapshot.breaks)
    ]
    return _panel("faults", Group(*now, *then) if now or then else Text("none so far", DIM), alarm=bool(dead))


def _short(site: str) -> str:
    """Without the network, which is the same everywhere."""
    return site.partition(".")[2] or site
