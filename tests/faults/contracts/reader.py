"""What the reader tells: an alarm that an entry armed went off."""

from uuid import UUID

from shared.contracts.base import Audience, Event, Kind, SitePath


class BellRung(Event, name="bell.rung", version=1, kind=Kind.FACT, audience=Audience.PLATFORM, subject="bell/{entry}"):
    """An alarm was not cancelled before it was due."""

    entry: UUID
    site: SitePath

    example = {"entry": "01985b3e-7a10-7000-8000-000000000001", "site": "net.af"}
