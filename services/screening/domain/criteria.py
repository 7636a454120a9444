"""The criteria by which screening decides: written down before applications opened, in sets that never change (R48).

A network has a set for all its programmes, and may publish others for single programmes (R49). A case is decided by the
set that was in force when it was opened; what is published later is for those who apply later.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.screening.domain.cases import Category
from shared.contracts import Contradiction, RoleKind


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a decision cites. `version` is its set's; `category` keeps safety apart (R54)."""

    criterion: str
    version: int
    for_mentee: bool
    clears: bool
    category: Category
    text: str


CRITERIA = {
    criterion.criterion: criterion
    for criterion in (
        Criterion("volunteer-suitable", 1, False, True, "suitable", "Every check that the role asks for stands."),
        Criterion(
            "volunteer-no-time", 1, False, False, "time", "The person cannot give the time the role needs (R53)."
        ),
        Criterion("volunteer-no-skill", 1, False, False, "skill", "The person lacks a skill the role needs (R51)."),
        Criterion("volunteer-temperament", 1, False, False, "temperament", "The role does not suit the person (R52)."),
        Criterion("volunteer-safety", 1, False, False, "safety", "Clients or volunteers would not be safe (R50)."),
        Criterion("unsigned-policy", 1, False, False, "scope", "The conduct document in force was not signed (R72)."),
        Criterion("mentee-eligible", 1, True, True, "suitable", "The programme is for this person, and all agreed."),
        Criterion("mentee-not-in-scope", 1, True, False, "scope", "The programme cannot help with what is needed."),
        Criterion("mentee-safety", 1, True, False, "safety", "Taking part would not be safe for those involved."),
    )
}
"""The set that every network begins with, version 1."""


def criterion_for(criteria: Iterable[Criterion], name: str, kind: RoleKind, *, clears: bool) -> Criterion:
    """The cited criterion. Raises Contradiction when the set has none of this name for this decision (R48)."""
    fitting = {c.criterion: c for c in criteria if c.for_mentee == (kind == RoleKind.MENTEE) and c.clears == clears}
    if name not in fitting:
        raise Contradiction(f"{name!r} is no criterion for this decision; cite one of {', '.join(fitting)}.")
    return fitting[name]


def safety_in(criteria: Iterable[Criterion], kind: RoleKind) -> Criterion:
    """The set's first criterion of safety for this kind of person; every set has one."""
    return next(c for c in criteria if c.for_mentee == (kind == RoleKind.MENTEE) and c.category == "safety")


def check_set(criteria: Collection[Criterion]) -> None:
    """Raise Contradiction unless every case can be decided by the set, and each criterion means one thing."""
    counts = Counter(each.criterion for each in criteria)
    if twice := sorted(name for name, number in counts.items() if number > 1):
        raise Contradiction(f"{', '.join(twice)} stands in the set twice; name each criterion once.")
    if wrong := sorted(each.criterion for each in criteria if each.clears != (each.category == "suitable")):
        raise Contradiction(f"{', '.join(wrong)}: a criterion clears where its category is suitable, and only there.")
    for for_mentee, whom in ((False, "volunteers"), (True, "mentees")):
        given = {each.category for each in criteria if each.for_mentee == for_mentee}
        if missing := [category for category in ("suitable", "safety") if category not in given]:
            raise Contradiction(f"For {whom} the set lacks a criterion of category {' and '.join(missing)}.")
