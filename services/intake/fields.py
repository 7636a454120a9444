"""What bodies are made of: constrained fields, and the models that the API and the import share."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, EmailStr, Field, StringConstraints

from services.intake.domain import places, texts
from shared.contracts import SitePath, Slug, Zone
from shared.contracts.intake import CountryCode, SubdivisionCode

LIST_LIMIT = 30


def _unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _country(raw: str) -> str:
    if raw not in places.COUNTRIES:
        raise ValueError("This is no ISO 3166-1 code of a country; write it like AF.")
    return raw


def _law_place(raw: str) -> str:
    _country(raw.partition("-")[0])
    return raw


def _nothing(raw: object) -> object:
    return None if raw == "" else raw


Name = Annotated[str, StringConstraints(max_length=400), AfterValidator(texts.name)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(texts.line)]
Prose = Annotated[str, StringConstraints(max_length=5_000), AfterValidator(texts.paragraphs)]
DocumentText = Annotated[str, StringConstraints(max_length=50_000), AfterValidator(texts.exact)]
Email = Annotated[EmailStr, Field(max_length=254)]
Language = Annotated[str, StringConstraints(max_length=24), AfterValidator(texts.language)]
ZoneName = Annotated[Zone, AfterValidator(texts.zone)]
Country = Annotated[str, AfterValidator(_country)]
LawPlace = Annotated[CountryCode | SubdivisionCode, AfterValidator(_law_place)]
"""ISO 3166, as law packs name places: `KE`, `GB-SCT`."""
Languages = Annotated[list[Language], Field(max_length=LIST_LIMIT), AfterValidator(_unique)]
Slugs = Annotated[list[Slug], Field(max_length=LIST_LIMIT), AfterValidator(_unique)]
Version = Annotated[
    str,
    BeforeValidator(lambda raw: str(raw) if type(raw) is int else raw),
    StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?$"),
]
"""The name of a version, as its publisher counts: `3`, `2026-1`."""
HourOfWeek = Annotated[int, Field(ge=0, le=167)]
FreeHours = Annotated[list[HourOfWeek], Field(max_length=168), AfterValidator(lambda hours: sorted(set(hours)))]
WeeklyHours = Annotated[float, Field(ge=0.5, le=40, allow_inf_nan=False)]
"""Hours a week (R7); half an hour at the least: mentoring is no micro-volunteering (R26)."""
ReplyHours = Annotated[int, Field(ge=1, le=24 * 366)]
CommitmentHours = Annotated[float, Field(ge=0, le=40, allow_inf_nan=False)]
"""Hours a week that a role asks for at the least (R26)."""
CommitmentMonths = Annotated[int, Field(ge=0, le=60)]


PaperDay = Annotated[date, Field(ge=date(1950, 1, 1))]
"""Of which day a paper or somebody's word is; an earlier one was typed wrongly."""


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Card(Body):
    """How to reach a person and what to call them."""

    name_to_use: Name
    full_name: Annotated[Name | None, BeforeValidator(_nothing)] = None
    email: Annotated[Email | None, BeforeValidator(_nothing)] = None
    language: Language
    zone: ZoneName


class NewPerson(Card):
    """A person who registers, or is registered by staff."""

    site: SitePath
    may_mail: bool = False


class Profile(Body):
    """What matching needs (R6, R7). `free_hours` are hours of the local week in `zone`, 0 = Monday 00:00."""

    languages: Languages = Field(min_length=1)
    skills: Slugs = []
    goals: Slugs = []
    weekly_hours: WeeklyHours
    zone: ZoneName
    free_hours: FreeHours = []


class Evidence(Body):
    """A signature held elsewhere: who keeps it, and of which day it is."""

    document: Slug
    version: Version
    signed_on: PaperDay
    holder: Line


class RosterProfile(Profile):
    """A profile in a roster; its zone is the row's where none is given."""

    zone: ZoneName = ""


class Row(Card):
    """One row of a roster. `key` names it in its source, also when its other fields change."""

    row: int = Field(ge=0, le=10_000_000)
    key: Annotated[Line, Field(max_length=200)]
    profile: RosterProfile | None = None
    evidence: Evidence | None = None
