"""Stopping the line (R78): while a programme is stopped no message passes, and nobody owes an answer."""

from collections.abc import Iterable
from datetime import UTC, datetime

from services.messaging.domain.away import Absence
from shared.contracts import Contradiction
from shared.contracts.intake import Stop

STOPPED = (
    "Your programme has paused all messages for a time, and this is not about you. Nothing was stored: please keep "
    "your text and send it again later. You can still tell the staff whatever worries you."
)
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
