"""Stopping the line (R78): while a programme is stopped no message passes, and nobody owes an answer."""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.messaging.domain.away import Absence
from shared.contracts import Contradiction
from shared.contracts.intake import Stop

STOPPED = (
    "Your programme has paused all messages for a time, and this is not about you. Your text is kept for you alone; "
    "send it when messages pass again. You can still tell the staff whatever worries you."
)
MOST_KEPT = 20
NEVER = datetime(9000, 1, 1, tzinfo=UTC)
"""The end of a stop that stands: whoever is waited for is not late before it is lifted."""


def is_stopped(stops: Iterable[Stop]) -> bool:
    """Whether one of them stands."""
    return any(stop.ends is None for stop in stops)


def as_absences(stops: Iterable[Stop]) -> list[Absence]:
    """The same times, as reply clocks leave them out."""
    return [Absence(stop.starts, stop.ends or NEVER) for stop in stops]


def check_not_stopped(stops: Iterable[Stop]) -> None:
    """Raises Contradiction with a kind sentence while one stands; it tells why, since it is about nobody."""
    if is_stopped(stops):
        raise Contradiction(STOPPED)


def check_room(kept: int) -> None:
    """Raises Contradiction where somebody keeps as much already as can be."""
    if kept >= MOST_KEPT:
        raise Contradiction(f"You have {MOST_KEPT} messages waiting already; throw one away first.")
