"""The local calendar: days on which less can be expected of people at a place (R21)."""

from datetime import date

from shared.contracts import Contradiction

LONGEST_DAYS = 366
MOST_ENTRIES = 300
"""Of one place: its state travels in one event."""


def fault_of_span(starts: date, ends: date) -> str | None:
    """What is wrong with a span; both days belong to it."""
    if ends < starts:
        return "This day is before the first one; write the last day of the span."
    if (ends - starts).days >= LONGEST_DAYS:
        return f"A span has {LONGEST_DAYS} days at the most; enter what is longer in parts."
    return None


def check_room(site: str, entries: int) -> None:
    """Raises Contradiction where a place has too many entries."""
    if entries >= MOST_ENTRIES:
        raise Contradiction(f"The calendar of {site} has {MOST_ENTRIES} entries; remove those that are over.")
