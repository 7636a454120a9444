"""What people type in several commands: durations, moments, rates, and the answer to a question before a severe act."""

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter

from deploy.cli.common import CheckFailed, Typed, errors
from shared.clock import real_now

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """`90s`, `15m`, `1h` or `2d`. Raises Typed for anything else."""
    if found := re.fullmatch(r"(\d{1,6})([smhd])", text):
        return timedelta(**{UNITS[found[2]]: int(found[1])})
    raise Typed(f"{text!r} is no duration; write 90s, 15m, 1h or 2d.")


def moment(text: str) -> datetime:
    """A duration before now, or a moment like 2026-03-01T08:00 (UTC where no zone is said). Raises Typed."""
    if re.fullmatch(r"\d+[smhd]", text):
        return real_now() - duration(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Typed(f"{text!r} is no moment; write 1h, 2d, or 2026-03-01T08:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def rate_per_second(text: str) -> int:
    """`50/s` as 50. Raises Typed for anything but a whole number from 1."""
    if found := re.fullmatch(r"([1-9]\d{0,5})(?:/s)?", text):
        return int(found[1])
    raise Typed(f"{text!r} is no rate; write 50/s.")


def _read_with(read: Any) -> Any:
    return lambda _, tokens: read(tokens[0].value)


Since = Annotated[
    datetime | None, Parameter(converter=_read_with(moment), help="From then on: 1h, 2d, or 2026-03-01T08:00 (UTC).")
]
Until = Annotated[datetime | None, Parameter(converter=_read_with(moment), help="Up to then, in the same forms.")]
Duration = Annotated[timedelta | None, Parameter(converter=_read_with(duration), help="90s, 15m, 1h or 2d.")]
Rate = Annotated[int | None, Parameter(converter=_read_with(rate_per_second), help="At most that many: 50/s.")]
Yes = Annotated[bool, Parameter(negative="", help="Do not ask; for scripts.")]
All = Annotated[bool, Parameter(negative="", help="All of them.")]
DryRun = Annotated[bool, Parameter(negative="", help="Only say what would be done.")]


def confirm(question: str, *, yes: bool) -> None:
    """Return when the person agrees. Raises Typed where nobody can be asked, CheckFailed where the answer is no."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Typed(f"{question} Nobody can be asked here; repeat the command with --yes.")
    errors.print(f"{question} [y/N] ", end="", markup=False)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise CheckFailed("Nothing was done.")


class Pace:
    """Lets at most `rate` things a second go; any number where it is None."""

    def __init__(self, rate: int | None) -> None:
        self._rate = rate
        self._next = 0.0

    async def take(self, count: int = 1) -> None:
        """Return when `count` more may go."""
        if self._rate is None:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, self._next)
        self._next = start + count / self._rate
        await asyncio.sleep(start - now)
