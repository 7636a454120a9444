"""The private reads between services: all come from intake, need a service grant, are logged, and are batched.

They are the only synchronous calls; row-driven background senders make them, never a handler.
"""

from datetime import date
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.contracts.base import SitePath, Slug, Zone
from shared.contracts.intake import CountryCode, SubdivisionCode

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$")]
"""A BCP 47 tag: `fa-AF`."""

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
    """False for imported people until somebody allows it (`--notify`)."""

    example: ClassVar[dict[str, Any]] = {
        "person": "01985b3e-7a10-7000-8000-000000000001",
        "name_to_use": "Parwana",
        "email": "parwana@example.org",
        "language": "fa-AF",
        "zone": "Asia/Kabul",
        "may_mail": True,
    }


class MatchingProfile(BaseModel):
    """What matching needs of a person. Free hours are hours of the week in UTC, 0 (Monday 00:00) to 167."""

    model_config = ConfigDict(frozen=True)

    person: UUID
    site: SitePath
    languages: list[LanguageTag]
    skills: list[Slug]
    goals: list[Slug]
    weekly_hours: float
    zone: Zone
    free_hours: list[Annotated[int, Field(ge=0, le=167)]]

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
