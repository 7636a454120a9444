"""What screening tells the others: who may act in which role, where and until when."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from shared.contracts.base import Audience, Event, Kind, OfferingId, Resent, RoleKind, SitePath, Slug

Notice = Literal[60, 30, 7]
"""How many days ahead the end of a clearance is told."""

_CLEARANCE: dict[str, Any] = {
    "clearance": "01985b3e-7a10-7000-8000-000000000003",
    "application": "01985b3e-7a10-7000-8000-000000000002",
    "person": "01985b3e-7a10-7000-8000-000000000001",
    "role": "mentor-adult",
    "kind_of_role": "mentor",
    "offering": "first-steps@net.af.kabul",
    "site": "net.af.kabul",
}


class ScreeningCleared(
    Event,
    name="screening.cleared",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PARTNER,
    subject="clearance/{clearance}",
):
    """A person may act in a role within the scope `site` until the end of a day (UTC). `clearance` is the case's id.

    Admission of a mentee is this event with kind_of_role `mentee`.
    """

    clearance: UUID
    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath
    valid_until: date

    example = {**_CLEARANCE, "valid_until": "2027-05-01"}


class ScreeningDeclined(
    Event,
    name="screening.declined",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="clearance/{clearance}",
):
    """A person will not act in this role; the reason stays in screening."""

    clearance: UUID
    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath

    example = _CLEARANCE


class ClearanceExpiring(
    Event,
    name="clearance.expiring",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="clearance/{clearance}",
):
    """A clearance stands, and will end in a while unless the person is screened again: 60, 30 or 7 days ahead.

    As all state it is whole: who hears this and nothing else knows that the person may act until that day.
    """

    clearance: UUID
    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath
    valid_until: date
    notice: Notice

    example = {**_CLEARANCE, "valid_until": "2027-05-01", "notice": 30}


class ClearanceEnded(
    Event,
    name="clearance.ended",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="clearance/{clearance}",
):
    """A clearance stopped standing, by expiry, by withdrawal or for a while; the reason stays in screening.

    That somebody may act again is told as `screening.cleared`.
    """

    clearance: UUID
    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath
    ended_on: date

    example = {**_CLEARANCE, "ended_on": "2026-12-01"}


_CASE: dict[str, Any] = {
    "case": "01985b3e-7a10-7000-8000-00000000000a",
    "concern": "01985b3e-7a10-7000-8000-000000000009",
    "site": "net.af.kabul",
    "other_site": None,
    "handler": "01985b3e-7a10-7000-8000-00000000000b",
}


class CaseOpened(
    Event, name="case.opened", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="case/{case}"
):
    """A conduct case is open (R57); told anew whenever `frozen` or `handler` change. Whom it names stays in screening.

    Those in `frozen` may not write, nor be written to, while it stands. `handler` deals with it, and nobody else may
    read the concern that opened it.
    """

    case: UUID
    concern: UUID | None = None
    site: SitePath
    other_site: SitePath | None = None
    handler: UUID | None = None
    frozen: list[UUID] = []

    example = {**_CASE, "frozen": ["01985b3e-7a10-7000-8000-000000000001"]}


class CaseClosed(
    Event, name="case.closed", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="case/{case}"
):
    """A conduct case is closed; nobody is frozen by it any more. How it ended stays in screening."""

    case: UUID
    concern: UUID | None = None
    site: SitePath
    other_site: SitePath | None = None
    handler: UUID | None = None
    closed_on: date

    example = {**_CASE, "closed_on": "2026-12-01"}


class ScreeningResent(
    Resent,
    Event,
    name="screening.resent",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="resend/{resent}",
):
    """Screening has told a whole family of its state events anew; what was not among it is not known to it any more."""

    example = {"resent": "clearance", "epoch": 2, "subjects": 60, "site": "everywhere"}
