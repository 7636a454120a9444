"""Green, yellow and red flags: what somebody noticed about a case, and until when it is watched (R50)."""

from collections.abc import Iterable
from datetime import date
from typing import Literal
from uuid import UUID

from shared.contracts import Contradiction

Colour = Literal["green", "yellow", "red"]


def check_flag(colour: Colour, watch_until: date | None, today: date) -> None:
    """Raise Contradiction where a flag would be watched in the past, or a green one at all."""
    if watch_until and colour == "green":
        raise Contradiction("A green flag is watched by nobody; leave watch_until out, or raise a yellow one.")
    if watch_until and watch_until < today:
        raise Contradiction("watch_until is over; name a day to come.")


def check_no_red(open_colours: Iterable[Colour]) -> None:
    """Raise Contradiction while a red flag stands: nobody is cleared under one (R50)."""
    if "red" in open_colours:
        raise Contradiction("A red flag stands; somebody else than who raised it resolves it first, with a reason.")


def check_resolver(colour: Colour, raised_by: str, by: str, person: UUID | None) -> None:
    """Raise Contradiction unless a red flag is resolved by another person than who raised it."""
    if colour == "red" and (by == raised_by or person is None):
        raise Contradiction("A red flag is resolved by another person than who raised it; ask another screener.")
