"""What the writer tells: each entry is a fact, and each tally's state grows by one with every entry."""

from typing import Literal
from uuid import UUID

from shared.contracts.base import Audience, Event, Kind, SitePath

Mark = Literal["good", "arms", "cancels", "raises", "contradicts", "hangs", "kills", "cancels-then-raises"]
"""What the reader does when it hears of an entry; the last five are poison."""


class EntryWritten(
    Event, name="entry.written", version=1, kind=Kind.FACT, audience=Audience.PARTNER, subject="entry/{entry}"
):
    """An entry was written. `target` is the entry whose alarm it cancels."""

    entry: UUID
    tally: int
    mark: Mark
    target: UUID | None
    site: SitePath

    example = {
        "entry": "01985b3e-7a10-7000-8000-000000000001",
        "tally": 1,
        "mark": "good",
        "target": None,
        "site": "net.af",
    }


class TallyChanged(
    Event, name="tally.changed", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="tally/{tally}"
):
    """A tally counts the entries written to it; its sequence number is its value."""

    tally: int
    value: int
    site: SitePath

    example = {"tally": 1, "value": 1, "site": "net.af"}
