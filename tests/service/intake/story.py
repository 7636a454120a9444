"""What intake hears: nothing yet."""

from shared.contracts import Event

STORY: list[tuple[Event, int]] = []
