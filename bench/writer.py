"""What the writer of the benchmarks tells: one fact for each entry, of about 1 kB as an outbox row."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared.contracts.base import Audience, Event, Kind, SitePath

PADDING = "x" * 480


class EntryWritten(
    Event, name="entry.written", version=1, kind=Kind.FACT, audience=Audience.PARTNER, subject="entry/{entry}"
):
    """An entry was written."""

    entry: UUID
    number: int
    site: SitePath
    padding: Annotated[str, StringConstraints(pattern=r"^x*$")] = PADDING

    example = {"entry": "01985b3e-7a10-7000-8000-000000000001", "number": 1, "site": "net.af"}
