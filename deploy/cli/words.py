"""What people type in several commands: durations, moments, rates, and the answer to a question before a severe act."""

import asyncio
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cyclopts import Parameter, validators
from pydantic import TypeAdapter, ValidationError

from deploy.cli.common import CheckFailed, Typed, errors
from shared.clock import real_now
from shared.contracts import SitePath

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def duration(text: str) -> timedelta:
    """`90s`, `15m`, `1h` or `2d`. Raises Typed for anything else, and for nothing at all."""
    if found := re.fullmatch(r"0*([1-9][0-9]{0,5})([smhd])", text):
        return timedelta(**{UNITS[found[2]]: int(found[1])})
    raise Typed(f"{text!r} is no duration; write 90s, 15m, 1h or 2d.")


def moment(text: str) -> datetime:
    """A duration before now, or a moment like 2026-03-01T08:00 (UTC where no zone is said). Raises Typed."""
    try:
        found = real_now() - duration(text) if re.fullmatch("[0-9]+[smhd]", text) else datetime.fromisoformat(text)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        if found.year >= 1970:  # AMQP knows no earlier one
            return found
    except (ValueError, OverflowError):
        pass
    raise Typed(f"{text!r} is no moment since 1970; write 1h, 2d, or 2026-03-01T08:00.")


def demand_order(since: datetime | None, until: datetime | None) -> None:
    """Raises Typed where nothing can lie between the two."""
    if since and until and since >= until:
        raise Typed("--since has to be earlier than --until; nothing lies between them.")


def rate_per_second(text: str) -> int:
    """`50/s` as 50. Raises Typed for anything but a whole number from 1."""
    if found := re.fullmatch(r"([1-9][0-9]{0,5})(?:/s)?", text):
        return int(found[1])
    raise Typed(f"{text!r} is no rate; write 50/s.")


def site_path(text: str) -> str:
    """A place in the tree, whether it is known or not: `net.af.kabul`. Raises Typed."""
    try:
        return _SITE_PATH.validate_python(text)
    except ValidationError:
        raise Typed(f"{text!r} is no place; write net.af.kabul.") from None


_SITE_PATH: TypeAdapter[str] = TypeAdapter(SitePath)


def read_with(read: Callable[[str], Any]) -> Any:
    """A converter whose complaint names the option."""

    def convert(_: Any, tokens: Any) -> Any:
        try:
            return read(tokens[0].value)
        except Typed as error:
            raise Typed(f"{tokens[0].keyword}: {error}") from None

    return convert


Since = Annotated[
    datetime | None, Parameter(converter=read_with(moment), help="From then on: 1h, 2d, or 2026-03-01T08:00 (UTC).")
]
Until = Annotated[datetime | None, Parameter(converter=read_with(moment), help="Up to then, in the same forms.")]
Duration = Annotated[timedelta | None, Parameter(converter=read_with(duration), help="90s, 15m, 1h or 2d.")]
Count = Annotated[int | None, Parameter(validator=validators.Number(gte=1, lte=1_000_000))]
Site = Annotated[str | None, Parameter(converter=read_with(site_path), help="Only of this place and all below it.")]
Type = Annotated[str | None, Parameter(help="Only this event type: `reply.overdue`, or the full type.")]
Rate = Annotated[int | None, Parameter(converter=read_with(rate_per_second), help="At most that many: 50/s.")]
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
