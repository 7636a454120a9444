"""Which questions a role asks: by its kind, its risk and the commitment it needs. Each has a reader, or is not asked.

Nobody is refused by a rule alone: whoever can give less than the floor says why it could work, and a person decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from shared.contracts import RoleKind
from shared.contracts.intake import Risk, Tier
from shared.contracts.profiles import (
    Adjustment,
    Channel,
    Confidant,
    Dislike,
    Length,
    Level,
    Manner,
    Tie,
    Tone,
)

Section = Literal["time", "languages", "plans", "you", "safety"]
Kind = Literal[
    "number", "whole-number", "text", "languages", "slugs", "hours-of-week", "zone", "date", "place",
    "levels", "countries", "style", "codes", "wishes", "yes-no",
]  # fmt: skip
Reader = Literal["matching", "screener", "law", "partner", "staff", "platform"]
"""Who needs an answer: the matching profile, whoever decides about the application, the law of the places, the partner,
the staff of the site, or the platform itself, which acts by it.
"""
Floor = tuple[float, int]
"""Hours a week and months."""


@dataclass(frozen=True, slots=True)
class Question:
    """A field of a form. `longest`: characters of a text, or entries of a list. `below_floor`: asked there alone.

    `choices`: the codes to choose from; a site publishes those of wishes itself.
    """

    field: str
    kind: Kind
    section: Section
    read_by: tuple[Reader, ...]
    required: bool = True
    least: float | None = None
    most: float | None = None
    longest: int | None = None
    below_floor: bool = False
    choices: tuple[str, ...] = ()


WEEKLY_HOURS = Question("weekly_hours", "number", "time", ("screener", "matching"), least=0.5, most=40)
MONTHS = Question("months", "whole-number", "time", ("screener",), least=1, most=60)
LESS_TIME = Question("less_time", "text", "time", ("screener",), longest=2000, below_floor=True)
ZONE = Question("zone", "zone", "time", ("matching",))
FREE_HOURS = Question("free_hours", "hours-of-week", "time", ("matching",), required=False, longest=168)
LANGUAGES = Question("languages", "languages", "languages", ("matching",), longest=30)
SKILLS = Question("skills", "slugs", "plans", ("matching",), required=False, longest=30)
GOALS = Question("goals", "slugs", "plans", ("matching",), required=False, longest=30)
MOTIVATION = Question("motivation", "text", "plans", ("screener",), longest=2000)
EXPERIENCE = Question("experience", "text", "plans", ("screener",), longest=2000)
CARE = Question("care", "text", "plans", ("screener",), longest=2000)
BORN_ON = Question("born_on", "date", "you", ("law",))
LIVES_IN = Question("lives_in", "place", "you", ("law",))


def _voluntary(
    field: str, kind: Kind, section: Section, *read_by: Reader, codes: tuple[str, ...] = (), longest: int | None = 30
) -> Question:
    return Question(field, kind, section, read_by, required=False, longest=longest, choices=codes)


STYLES = (*get_args(Length), *get_args(Manner), *get_args(Tone))
LEVELS = _voluntary("levels", "levels", "languages", "matching", codes=get_args(Level))
COUNTRIES = _voluntary("countries", "countries", "you", "matching", codes=get_args(Tie))
STYLE = _voluntary("style", "style", "you", "matching", "partner", codes=STYLES, longest=None)
DISLIKES = _voluntary("dislikes", "codes", "you", "matching", codes=get_args(Dislike))
WISHES = _voluntary("wishes", "wishes", "you", "matching", "staff")
ADJUSTMENTS = _voluntary("adjustments", "codes", "you", "staff", codes=get_args(Adjustment))
SAFE_HOURS = _voluntary("safe_hours", "hours-of-week", "safety", "platform", "staff", longest=168)
FORBIDDEN_CHANNELS = _voluntary("forbidden_channels", "codes", "safety", "platform", "staff", codes=get_args(Channel))
MAY_KNOW = _voluntary("may_know", "codes", "safety", "staff", codes=get_args(Confidant))
NO_PHOTOS = _voluntary("no_photos", "yes-no", "safety", "platform", "staff", longest=None)

QUESTIONS = (
    WEEKLY_HOURS, MONTHS, LESS_TIME, ZONE, FREE_HOURS, LANGUAGES, LEVELS,
    SKILLS, GOALS, MOTIVATION, EXPERIENCE, CARE, BORN_ON, LIVES_IN,
    COUNTRIES, STYLE, DISLIKES, WISHES, ADJUSTMENTS, SAFE_HOURS, FORBIDDEN_CHANNELS, MAY_KNOW, NO_PHOTOS,
)  # fmt: skip
"""All questions, in the order in which they are asked."""
SECTIONS: tuple[Section, ...] = ("time", "languages", "plans", "you", "safety")
IN_PAIRS = (
    "levels", "countries", "style", "dislikes", "wishes", "adjustments",
    "safe_hours", "forbidden_channels", "may_know", "no_photos",
)  # fmt: skip
"""What is asked of whoever is paired, and of nobody else; each may be left out."""
MOVED = ("zone", "free_hours", "languages", "skills", "goals", "born_on", "lives_in", *IN_PAIRS)
"""Answers whose home is elsewhere (profile, particulars, constraints): they go there at the submission."""


def questions(kind: RoleKind, risks: Collection[Risk], tier: Tier) -> tuple[Question, ...]:
    """What a role asks (R35: nothing that its kind and risk do not need)."""
    volunteer = kind != RoleKind.MENTEE
    paired = kind in (RoleKind.MENTOR, RoleKind.MENTEE)
    asked: dict[str, bool] = {
        "weekly_hours": volunteer or paired,
        "months": volunteer,
        "less_time": volunteer,
        "zone": paired,
        "free_hours": paired,
        "languages": paired,
        "skills": kind == RoleKind.MENTOR,
        "goals": kind == RoleKind.MENTEE,
        "motivation": volunteer,
        "experience": volunteer and not {"works-with-clients", "minors", "adults-at-risk"}.isdisjoint(risks),
        "care": volunteer and not {"sees-confidential-data", "system-access"}.isdisjoint(risks),
        "born_on": not volunteer or tier != "basic",
        "lives_in": not volunteer or tier != "basic",
        **dict.fromkeys(IN_PAIRS, paired),
    }
    return tuple(each for each in QUESTIONS if asked[each.field])


def floor_of(kind: RoleKind, own: tuple[float | None, int | None], policy: Floor) -> Floor:
    """What a role asks for in hours a week and months: its own or the policy's, whichever is higher (R26, R27)."""
    if kind == RoleKind.MENTEE:
        return 0.0, 0
    return max(own[0] or 0.0, policy[0]), max(own[1] or 0, policy[1])


def is_below(answers: Mapping[str, Any], floor: Floor) -> bool:
    """Whether somebody can give less than a role asks for; what is not answered yet is not below."""
    hours, months = answers.get("weekly_hours"), answers.get("months")
    return (hours is not None and hours < floor[0]) or (months is not None and months < floor[1])


def missing(asked: Collection[Question], answers: Mapping[str, Any], floor: Floor) -> list[str]:
    """The fields that still have to be answered, in the order of the form."""
    below = is_below(answers, floor)
    needed = [each.field for each in asked if each.required and (below or not each.below_floor)]
    return [field for field in needed if answers.get(field) in (None, "", [])]


@dataclass(frozen=True, slots=True)
class Opening:
    """A role that people may apply for at a place, and what it asks for."""

    offering: str
    role: str
    title: str
    floor: Floor


MOST_OFFERS = 20


def offers(floor: Floor, openings: Collection[Opening], answers: Mapping[str, Any]) -> list[Opening]:
    """Other roles that ask for less than `floor`, and for no more than was answered; the most demanding first (R26)."""
    hours, months = answers.get("weekly_hours"), answers.get("months")
    found = [
        each
        for each in openings
        if each.floor != floor
        and each.floor[0] <= floor[0]
        and each.floor[1] <= floor[1]
        and (hours is None or each.floor[0] <= hours)
        and (months is None or each.floor[1] <= months)
    ]
    found.sort(key=lambda each: (-each.floor[0], -each.floor[1], each.offering, each.role))
    return found[:MOST_OFFERS]
