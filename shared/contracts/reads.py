"""The private reads between services: all come from intake, need a service grant, are logged, and are batched.

They are the only synchronous calls; row-driven background senders make them, never a handler.
"""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import SitePath, Slug, Zone
from shared.contracts.intake import CountryCode, SubdivisionCode
from shared.contracts.profiles import Channel, Confidant, Dislike, HourOfWeek, LanguageTag, Level, Style, Tie

READ_LIMIT = 500


class PeopleRead(BaseModel):
    """The body of every private read: whom to read."""

    people: list[UUID] = Field(min_length=1, max_length=READ_LIMIT)


class AddressCard(BaseModel):
    """How to reach a person, and what to call them. Read at sending time, kept nowhere else."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    name_to_use: str
    email: str | None
    language: LanguageTag
    zone: Zone
    may_mail: bool
    """False for imported people until somebody allows it (`--notify`), and where mail is a forbidden channel (R19)."""
    safe_hours: list[HourOfWeek] | None = None
    """Hours of the local week in `zone` at which a mail may come (R19); None: at any."""

    example: ClassVar[dict[str, Any]] = {
        "person": "01985b3e-7a10-7000-8000-000000000001",
        "name_to_use": "Parwana",
        "email": "parwana@example.org",
        "language": "fa-AF",
        "zone": "Asia/Kabul",
        "may_mail": True,
    }


class MatchingProfile(BaseModel):
    """What matching needs of a person. Free hours are hours of the week in UTC, 0 (Monday 00:00) to 167.

    `knows`: whom they know already, by the word of both or of staff (R1). Wishes are codes of the person's site (R20).
    """

    model_config = ConfigDict(frozen=True)

    person: UUID
    site: SitePath
    languages: list[LanguageTag]
    skills: list[Slug]
    goals: list[Slug]
    weekly_hours: float
    zone: Zone
    free_hours: list[HourOfWeek]
    levels: dict[LanguageTag, Level] = {}
    countries: dict[CountryCode, Tie] = {}
    style: Style | None = None
    dislikes: list[Dislike] = []
    wishes: list[Slug] = []
    knows: list[UUID] = []

    example: ClassVar[dict[str, Any]] = {
        "person": "01985b3e-7a10-7000-8000-000000000001",
        "site": "net.af.kabul",
        "languages": ["fa-AF", "en"],
        "skills": ["writing"],
        "goals": [],
        "weekly_hours": 1.5,
        "zone": "Asia/Kabul",
        "free_hours": [13, 37],
    }


class Constraints(BaseModel):
    """What is and is not possible for a person (R19). Safe hours are hours of the local week in `zone`; None: any.

    `version` is that of `constraints.changed`, 0 where nothing was ever said.
    """

    model_config = ConfigDict(frozen=True)

    person: UUID
    name_to_use: str
    zone: Zone
    safe_hours: list[HourOfWeek] | None
    forbidden_channels: list[Channel]
    may_know: list[Confidant] | None
    no_photos: bool
    version: int

    example: ClassVar[dict[str, Any]] = {
        "person": "01985b3e-7a10-7000-8000-000000000001",
        "name_to_use": "Parwana",
        "zone": "Asia/Kabul",
        "safe_hours": [9, 10, 33, 34],
        "forbidden_channels": ["sms", "phone"],
        "may_know": ["site-staff"],
        "no_photos": True,
        "version": 1,
    }


class HeldClearance(BaseModel):
    """A check that a person passed elsewhere, as their staff recorded it. `own`: this organisation asked for it."""

    model_config = ConfigDict(frozen=True)

    check: Slug
    valid_until: date
    own: bool


class ScreeningFacts(BaseModel):
    """What of a person the law asks about, as of a day; never the date of birth.

    `age` in completed years; `resident`: years of residence in `lives_in` that the person signed for; None: not known.
    From the day `until` on they are to be read anew: a birthday may lie there, a month later at the most. `guardians`
    may be told of the person today, and so may `enrolled_by`, who facilitates where the person is.
    """

    model_config = ConfigDict(frozen=True)

    person: UUID
    age: int | None
    lives_in: CountryCode | SubdivisionCode | None
    resident: int | None
    held: list[HeldClearance]
    until: date
    guardians: list[UUID] = []
    enrolled_by: UUID | None = None

    example: ClassVar[dict[str, Any]] = {
        "person": "01985b3e-7a10-7000-8000-000000000001",
        "age": 34,
        "lives_in": "GB-SCT",
        "resident": 11,
        "held": [{"check": "pvg-membership", "valid_until": "2028-03-01", "own": False}],
        "until": "2026-12-02",
        "guardians": [],
        "enrolled_by": None,
    }


class AddressCards(BaseModel):
    """The answer: cards of those who exist, in no order; people unknown to intake are absent."""

    cards: list[AddressCard]


class MatchingProfiles(BaseModel):
    """The answer: profiles of those who exist, in no order; people unknown to intake are absent."""

    profiles: list[MatchingProfile]


class ManyScreeningFacts(BaseModel):
    """The answer: facts of those who exist, in no order; people unknown to intake are absent."""

    facts: list[ScreeningFacts]


class ManyConstraints(BaseModel):
    """The answer: constraints of those who exist, in no order; people unknown to intake are absent."""

    constraints: list[Constraints]
