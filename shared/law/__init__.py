"""The law of places as data: rules with their sources, read by the services that ask or decide. Not legal advice.

A rule stands here only where its source was read and is cited. Where a pack lacks one for that reason it is a draft, or
has a gap that says for whom: the network's floor holds there, and a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Annotated, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.contracts import RoleKind
from shared.contracts.base import Slug
from shared.contracts.intake import CountryCode, Risk, SubdivisionCode
from shared.contracts.policy import Step

NOT_ADVICE = (
    "This is not legal advice: it is what the cited sources were read to say on the day that stands beside them."
)

Place = CountryCode | SubdivisionCode
"""ISO 3166: `KE`, `GB-SCT`."""
Factor = Literal["decision", "mentee", "mentor", "site", "organisation"]
"""What connects a case with a place: where its suitability is decided, where people live, where the site or the
organisation is."""
Sentence = Annotated[str, StringConstraints(min_length=20, pattern=r"^\S.*[.]$")]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Data):
    """What was read: its title, the day on which it was, and the day by which it is to be read again."""

    title: str
    checked_on: date
    review_by: date


class When(_Data):
    """When a rule holds: every condition that is named. `often` is the pack's own measure."""

    kinds: tuple[RoleKind, ...] = ()
    risks: tuple[Risk, ...] = ()
    without: tuple[Risk, ...] = ()
    asked: Slug | None = None
    """The network or its policy asks for this check."""
    often: bool | None = None
    aged_from: int | None = None
    aged_below: int | None = None
    """Years of the person who applies."""
    hours_above: tuple[float, float] | None = None
    """More than this in a month, or more than that in a year."""
    resident_below: int | None = None
    """Fewer years of residence there, or none that are signed for."""
    vendor: bool | None = None


class Rule(_Data):
    """What the law of a pack's places asks or forbids, of whom, and since when. `validity` is in months."""

    rule: Slug
    why: Sentence
    source: Slug
    factors: tuple[Factor, ...] = Field(min_length=1)
    in_force: date | None = None
    until: date | None = None
    when: When = When()
    require: tuple[Slug, ...] = ()
    forbid: tuple[Slug, ...] = ()
    validity: int | None = Field(None, gt=0)


class Check(_Data):
    """A check that a law names: who performs it and when it passes. `stands_for` is the network's check in its place.

    Transferable: a result of another organisation counts. `days_old`: how old evidence may be when it is looked at.
    """

    check: Slug
    performer: str
    passes: Sentence
    stands_for: Slug | None = None
    transferable: bool = False
    days_old: int | None = None
    only: str | None = None
    """Where it is asked for in one situation only."""


class Consent(_Data):
    """Below this age a guardian agrees to a mentee's data being held (years)."""

    below: int = Field(gt=0, le=21)
    why: Sentence
    source: Slug


class Report(_Data):
    """Who is told of what. The hours are those to the report in writing."""

    of: Literal["suspected-abuse", "removal-over-harm"]
    to: str
    within_hours: int | None = None
    within_months: int | None = None
    why: Sentence
    source: Slug
    factors: tuple[Factor, ...] = Field(min_length=1)


class Forbidden(_Data):
    """Something that the law of a pack's places does not allow to be kept."""

    why: Sentence
    source: Slug


class Gap(_Data):
    """What no source was read for; whoever it concerns is cleared by a person alone. `gap` outlives a rewording."""

    gap: Slug
    about: Sentence
    factors: tuple[Factor, ...] = Field(min_length=1)
    when: When = When()
    without_packs: tuple[Slug, ...] = ()
    """Closed where one of these holds too."""


class Pack(_Data):
    """The rules of some places. From `often` days with contact in any 30 on, contact is frequent there."""

    pack: Slug
    title: str
    version: int
    status: Literal["in force", "draft"]
    places: tuple[Place, ...] = Field(min_length=1)
    often: int | None = Field(None, gt=0)
    sources: dict[Slug, Source]
    checks: tuple[Check, ...] = ()
    rules: tuple[Rule, ...] = ()
    consent: Consent | None = None
    reports: tuple[Report, ...] = ()
    register_forbidden: Forbidden | None = None
    """A register of dismissed people across organisations must not be kept."""
    gaps: tuple[Gap, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Every rule cites a source of the pack, what is required is described, and a draft says what it lacks."""
        single = (each for each in (self.consent, self.register_forbidden) if each)
        cited = {each.source for each in (*self.rules, *self.reports, *single)}
        if unknown := sorted(cited - self.sources.keys()):
            raise ValueError(f"sources: {', '.join(unknown)} is cited and not described.")
        required = {check for rule in self.rules for check in rule.require}
        if unknown := sorted(required - {each.check for each in self.checks}):
            raise ValueError(f"checks: {', '.join(unknown)} is required and not described.")
        if self.status == "draft" and not self.gaps:
            raise ValueError("gaps: a draft says what it lacks.")
        if len({each.gap for each in self.gaps}) < len(self.gaps):
            raise ValueError("gaps: each has a name of its own.")
        if self.often is None and any(rule.when.often is not None for rule in self.rules):
            raise ValueError("often: a rule asks for it, and it is not said what it means.")
        return self

    def holds_at(self, place: str | None) -> bool:
        """Whether this is the law of a place: of itself, or of the country that it is a part of."""
        return place is not None and (place in self.places or place.partition("-")[0] in self.places)


@dataclass(frozen=True, slots=True)
class Connected:
    """A pack whose law holds at some of a case's places: what of it is connected, and by which of them."""

    pack: Pack
    factors: tuple[Factor, ...]
    rules: tuple[tuple[Rule, tuple[Factor, ...]], ...]
    reports: tuple[Report, ...]
    gaps: tuple[Gap, ...]

    @classmethod
    def of(cls, pack: Pack, factors: tuple[Factor, ...]) -> Self:
        """What these factors connect of the pack."""
        rules = ((rule, tuple(factor for factor in rule.factors if factor in factors)) for rule in pack.rules)
        return cls(
            pack,
            factors,
            tuple((rule, by) for rule, by in rules if by),
            tuple(each for each in pack.reports if not set(each.factors).isdisjoint(factors)),
            tuple(each for each in pack.gaps if not set(each.factors).isdisjoint(factors)),
        )


class Law:
    """Some packs, and which of them hold for a case."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(sorted(packs, key=lambda pack: pack.pack))
        # A network has few combinations of places and many cases.
        self._connected = lru_cache(maxsize=1024)(self._find)

    def connected(self, places: Mapping[Factor, str]) -> tuple[Connected, ...]:
        """What is connected with these places, by the packs' names."""
        return self._connected(tuple(places.items()))

    def is_draft_at(self, place: str) -> bool:
        """Whether the law of a place was read in part or not at all, so that a named person accepts going on there."""
        held = [pack for pack in self.packs if pack.holds_at(place)]
        return not held or any(pack.status == "draft" for pack in held)

    def _find(self, places: tuple[tuple[Factor, str], ...]) -> tuple[Connected, ...]:
        found = ((pack, tuple(factor for factor, place in places if pack.holds_at(place))) for pack in self.packs)
        return tuple(Connected.of(pack, factors) for pack, factors in found if factors)


@cache
def law() -> Law:
    """Every pack that is held. Raises ValidationError on one that is not whole."""
    found = [each for each in files(__package__).iterdir() if each.name.endswith(".yaml")]
    return Law(Pack.model_validate(yaml.safe_load(each.read_text(encoding="utf-8"))) for each in found)


@cache
def check_names() -> frozenset[str]:
    """Every check that somebody can bring along: the network's own steps, and what the packs describe."""
    return frozenset(get_args(Step)) | {each.check for pack in law().packs for each in pack.checks}
