"""What intake tells the others: places, roles, offerings, people's profiles and applications."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import Audience, Event, Kind, Moment, OfferingId, Resent, RoleKind, SitePath, Slug, Zone
from shared.contracts.policy import OfferingPolicy

PlaceKind = Literal["network", "organisation", "region", "site"]
ProgrammeType = Literal["adult-adult", "adult-minor", "peer", "group"]
RiskFactor = Literal[
    "works-with-clients", "knows-volunteers", "sees-confidential-data", "system-access", "one-on-one", "minors"
]
"""The factors of R36, plus contact alone with one person and contact with minors."""
FurtherRisk = Literal["adults-at-risk", "mentor-is-minor", "contact-outside-pair"]
"""Factors that came later: readers of before do not know them, so they stand in a field of their own."""
Risk = RiskFactor | FurtherRisk
Observability = Literal["none", "in-review", "live"]
"""Who sees the contact: nobody, staff afterwards or before delivery, somebody at that moment (R44)."""
Setting = Literal["online", "onsite"]
Tier = Literal["basic", "intermediate", "comprehensive"]
ConsentPurpose = Literal[
    "take-part", "data", "photo-profile", "photo-story", "photo-public",
    "channel-mail", "channel-sms", "channel-push", "survey", "offline-event",
]  # fmt: skip
"""What somebody agrees to: each use of photos (R77) and each channel by itself."""
NEEDED_CONSENTS: tuple[ConsentPurpose, ...] = ("take-part", "data")
"""Without these nobody takes part: where one of them ends, what the person does here stops."""

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2: `AF`."""
SubdivisionCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")]
"""ISO 3166-2: `GB-SCT`."""

_PERSON = "01985b3e-7a10-7000-8000-000000000001"
_CONSENT: dict[str, Any] = {
    "consent": "01985b3e-7a10-7000-8000-000000000009",
    "person": _PERSON,
    "purpose": "take-part",
    "site": "net.af.kabul",
}


class SiteChanged(
    Event, name="site.changed", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="site/{site}"
):
    """A place was added or changed. Subject: site/<path>.

    `country` and `subdivision` are the place's own or those of the nearest place above that names a country: they say
    whose law holds there. `draft_accepted`: a named person accepts that this law was read in part or not at all.
    """

    site: SitePath
    place: PlaceKind
    zone: Zone
    country: CountryCode | None = None
    subdivision: SubdivisionCode | None = None
    draft_accepted: bool = False

    example = {"site": "net.gb.leith", "place": "site", "zone": "Europe/London", "country": "GB"} | {
        "subdivision": "GB-SCT"
    }


class RoleChanged(
    Event, name="role.changed", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="role/{role}"
):
    """A role of the catalogue was added or changed. `site` is the place whose catalogue it stands in.

    The risk is made of `risks` and `further_risks` together, of how often (`times_a_month`; None: nobody limits it),
    of who sees it and where. The commitment asked for is the role's or that of the offering's policy, whichever is
    higher (R26).
    """

    role: Slug
    kind_of_role: RoleKind
    site: SitePath
    risks: list[RiskFactor]
    further_risks: list[FurtherRisk] = []
    times_a_month: int | None = None
    observability: Observability = "none"
    setting: Setting = "online"
    tier: Tier | None = None
    weekly_hours: float | None = None
    months: int | None = None

    example = {
        "role": "mentor-adult",
        "kind_of_role": "mentor",
        "site": "net",
        "risks": ["one-on-one", "works-with-clients"],
        "further_risks": ["adults-at-risk"],
        "times_a_month": 8,
        "observability": "in-review",
        "setting": "online",
        "tier": "comprehensive",
        "weekly_hours": 1.0,
        "months": 6,
    }


VersionName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?$")]
"""The name of a document's version, as its publisher counts: `3`, `2026-1`."""


class Agreement(BaseModel):
    """What an offering asks its people to have signed: the version in force of its conduct document (R72).

    `number` counts a document's versions. Those of `previous` count until the end of `grace_until` (UTC); without an
    end where no day was set.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    document: Slug
    version: VersionName
    number: int
    grace_until: date | None = None
    previous: list[VersionName] = []

    def is_signed(self, signed: "Signed | None") -> bool:
        """Whether the version in force is signed, or one that came after it."""
        return signed is not None and signed.number >= self.number

    def stands(self, signed: "Signed | None", today: date) -> bool:
        """Whether somebody who runs already may go on: by the version in force, or by an earlier one in its grace."""
        in_grace = self.grace_until is None or today <= self.grace_until
        return self.is_signed(signed) or (signed is not None and signed.version in self.previous and in_grace)


@dataclass(frozen=True, slots=True)
class Signed:
    """The newest version of a document that somebody signed."""

    version: str
    number: int


class Stop(BaseModel):
    """A time at which nobody is cleared or paired at an offering and no message passes; without an end it stands."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    starts: Moment
    ends: Moment | None = None


class OfferingChanged(
    Event, name="offering.changed", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="offering/{offering}"
):
    """A programme is offered at a site, or its policy changed. Hours are the reply limits of each role (R9, R10).

    `policy` is what is in force there: the join of its places, its programme and its own; the hours are within it.
    `agreement` is what has to be signed there; nothing was told of it before it came to be. `stops`: when the line was
    stopped there (R78), oldest first; at most the last one stands.
    """

    offering: OfferingId
    site: SitePath
    programme: Slug
    programme_type: ProgrammeType
    is_open: bool
    mentor_reply_hours: int
    mentee_reply_hours: int
    policy: OfferingPolicy | None = None
    agreement: Agreement | None = None
    stops: list[Stop] = []

    @property
    def is_stopped(self) -> bool:
        """Whether the line stands still there."""
        return any(stop.ends is None for stop in self.stops)

    example = {
        "offering": "first-steps@net.af.kabul",
        "site": "net.af.kabul",
        "programme": "first-steps",
        "programme_type": "adult-adult",
        "is_open": True,
        "mentor_reply_hours": 48,
        "mentee_reply_hours": 96,
        "policy": OfferingPolicy.example,
        "agreement": {
            "document": "conduct",
            "version": "2026-2",
            "number": 2,
            "grace_until": "2027-01-31",
            "previous": ["2026-1"],
        },
    }


class Span(BaseModel):
    """An entry of a calendar, its first and last day included."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    entry: UUID
    starts: date
    ends: date


class CalendarChanged(
    Event,
    name="calendar.changed",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="site/{site}+calendar",
):
    """The whole calendar of a place. It holds for all places below, too, each by its own zone (R21)."""

    site: SitePath
    spans: list[Span]

    example = {
        "site": "net.af.kabul",
        "spans": [
            {"entry": "01985b3e-7a10-7000-8000-000000000003", "starts": "2027-03-20", "ends": "2027-03-22"},
        ],
    }


class ProfileChanged(
    Event, name="profile.changed", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="person/{person}"
):
    """A person's profile, particulars or held clearances changed; readers fetch what they need from intake."""

    person: UUID
    site: SitePath

    example = {"person": _PERSON, "site": "net.af.kabul"}


class ConstraintsChanged(
    Event,
    name="constraints.changed",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="person/{person}+constraints",
):
    """What is and is not possible for a person changed (R19); readers fetch it from intake, and it is told nowhere."""

    person: UUID
    site: SitePath
    constraints_version: int

    example = {"person": _PERSON, "site": "net.af.kabul", "constraints_version": 1}


class ApplicationSubmitted(
    Event,
    name="application.submitted",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PARTNER,
    subject="application/{application}",
):
    """A person asks to take part in a role at an offering, and has signed its conduct policy."""

    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath

    example = {
        "application": "01985b3e-7a10-7000-8000-000000000002",
        "person": _PERSON,
        "role": "mentor-adult",
        "kind_of_role": "mentor",
        "offering": "first-steps@net.af.kabul",
        "site": "net.af.kabul",
    }


class ApplicationWithdrawn(
    Event,
    name="application.withdrawn",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PARTNER,
    subject="application/{application}",
):
    """An application that was submitted is not pursued any more.

    Whether the person withdrew it, the site set it on hold or it gave way to another one looks the same (R54).
    """

    application: UUID
    person: UUID
    role: Slug
    kind_of_role: RoleKind
    offering: OfferingId
    site: SitePath

    example = ApplicationSubmitted.example


class AgreementSigned(
    Event,
    name="agreement.signed",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PARTNER,
    subject="agreement/{person}+{document}",
):
    """The newest version of a conduct document that a person signed, in whatever way (R72).

    `number` counts the document's versions. Questions and concerns stay in intake.
    """

    person: UUID
    document: Slug
    document_version: VersionName
    number: int
    site: SitePath

    example = {"person": _PERSON, "document": "conduct", "document_version": "2026-2", "number": 2} | {
        "site": "net.af.kabul"
    }


class ConsentGiven(
    Event, name="consent.given", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="consent/{consent}"
):
    """Whoever must agree to something that concerns a person has agreed; who that is stays in intake.

    One consent for each person and purpose. It counts until the end of `valid_until`, where a day is named.
    """

    consent: UUID
    person: UUID
    purpose: ConsentPurpose
    site: SitePath
    valid_until: date | None = None

    example = {**_CONSENT, "valid_until": None}


class ConsentWithdrawn(
    Event, name="consent.withdrawn", version=1, kind=Kind.STATE, audience=Audience.PLATFORM, subject="consent/{consent}"
):
    """A consent stands no longer since `ended_on`: taken back, refused, or run out. Why and by whom stays in intake."""

    consent: UUID
    person: UUID
    purpose: ConsentPurpose
    site: SitePath
    ended_on: date

    example = {**_CONSENT, "ended_on": "2027-03-01"}


class PersonCameOfAge(
    Event, name="person.came_of_age", version=1, kind=Kind.FACT, audience=Audience.PLATFORM, subject="person/{person}"
):
    """From today on a person decides alone (trap 10). It is the one event from which an age could be told."""

    person: UUID
    site: SitePath

    example = {"person": _PERSON, "site": "net.af.kabul"}


class PersonMerged(
    Event, name="person.merged", version=1, kind=Kind.FACT, audience=Audience.PLATFORM, subject="person/{given_up}"
):
    """Two records were one person's; from now on what was told of `given_up` is `person`'s. Subject: the one given up.

    Readers re-point what they hold. What was told before is not told again, but for what names a person in its subject.
    """

    given_up: UUID
    person: UUID
    site: SitePath
    other_site: SitePath | None = None

    example = {"given_up": "01985b3e-7a10-7000-8000-00000000000a", "person": _PERSON, "site": "net.af.kabul"}


class IntakeResent(
    Resent,
    Event,
    name="intake.resent",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="resend/{resent}",
):
    """Intake has told a whole family of its state events anew; what was not among it is not known to it any more."""

    example = {"resent": "application", "epoch": 2, "subjects": 60, "site": "everywhere"}
