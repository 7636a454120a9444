"""Policies: values that places, programmes and offerings set; who stands below may tighten, never loosen (R37, trap 9).

A policy in force is the join of all that stand above, so it is at least as tight as each of them. Joining is
monotone, associative and idempotent, and the order of the places does not matter to the values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from shared.contracts import Contradiction

Value = bool | int | float | frozenset[str]
Own = Mapping[str, Value]
"""What one holder sets itself, by key; a key that is left out is inherited."""
HolderKind = Literal["place", "programme", "offering", "type"]
"""`type` is what a programme is by its type; nobody sets that."""


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """What a policy belongs to: `place/net.af`, `programme/first-steps`, `offering/first-steps@net.af.kabul`."""

    kind: HolderKind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Direction:
    """How a value may change on the way down. `join` gives the tighter of two values."""

    join: Callable[[Any, Any], Value]
    loosens: Callable[[Any, Any], bool]
    """Whether an own value would be looser than what is inherited."""
    sentence: str


AT_LEAST = Direction(max, lambda own, inherited: own < inherited, "below it may grow, never shrink")
AT_MOST = Direction(min, lambda own, inherited: own > inherited, "below it may shrink, never grow")
MUST = Direction(lambda a, b: a or b, lambda own, inherited: inherited and not own, "once it is asked, it stays asked")
ALSO = Direction(lambda a, b: a | b, lambda own, inherited: False, "below things are added, never taken away")
"""Own values of this direction are additions, so they cannot loosen."""
ONLY = Direction(lambda a, b: a & b, lambda own, inherited: bool(own - inherited), "below things are taken away only")


@dataclass(frozen=True, slots=True)
class Rule:
    """A key: how it tightens, the loosest value (where nobody sets any), and what it says."""

    direction: Direction
    loosest: Value
    text: str


_STEPS = "Screening steps for this kind of role beyond what its risk and the law ask (R37, R40)."
RULES: dict[str, Rule] = {
    **{
        f"steps_{kind}": Rule(ALSO, frozenset(), _STEPS)
        for kind in ("mentor", "facilitator", "staff", "moderator", "screener", "coordinator")
    },
    "references": Rule(AT_LEAST, 0, "How many references where references are asked for (R47)."),
    "second_person": Rule(MUST, False, "A second person agrees before somebody is cleared."),
    "mentor_age": Rule(AT_LEAST, 0, "The youngest age of a mentor in years."),
    "clearance_months": Rule(AT_MOST, 60, "How long a clearance stands at the most (R40)."),
    "weekly_hours": Rule(AT_LEAST, 0.0, "Hours a week that a volunteer commits to (R26)."),
    "weekly_hours_minors": Rule(AT_LEAST, 0.0, "The same where minors take part (R27)."),
    "months": Rule(AT_LEAST, 0, "Months that a volunteer commits to (R26)."),
    "months_minors": Rule(AT_LEAST, 0, "The same where minors take part (R27)."),
    "mentor_reply_hours": Rule(AT_MOST, 24 * 366, "Hours within which a mentor answers (R9)."),
    "mentee_reply_hours": Rule(AT_MOST, 24 * 366, "Hours within which a mentee answers (R10)."),
    "training_first": Rule(MUST, False, "Nobody is matched before the training (R75)."),
    "culture_briefing": Rule(MUST, False, "Nobody writes before reading the site's culture briefing (R17)."),
    "facilitator": Rule(MUST, False, "Somebody onsite facilitates pairs that never met (R4)."),
    "allowed": Rule(ONLY, frozenset(("photos", "links", "offline-meetings")), "What pairs may do (R14, R16, R74)."),
}


OF_TYPE: Mapping[str, Own] = {"peer": {"facilitator": True}, "group": {"facilitator": True}}
"""What a programme's type asks of its offerings, whatever anybody sets (R28).

Where no adult answers for the others, or more than two meet, somebody at the place looks after them.
"""


@dataclass(frozen=True, slots=True)
class InForce:
    """A value in force, and who set it: nobody, one holder, or for sets each that added or took away."""

    value: Value
    set_by: tuple[Holder, ...] = ()


def join(first: Own, second: Own) -> Own:
    """The tighter of two policies, key by key."""
    both = {key: RULES[key].direction.join(first[key], second[key]) for key in first.keys() & second.keys()}
    return {**first, **second, **both}


def in_force(layers: Sequence[tuple[Holder, Own]]) -> dict[str, InForce]:
    """Every key's value under all layers, the highest place first, with its provenance."""
    found = {key: InForce(rule.loosest) for key, rule in RULES.items()}
    return reduce(_tightened, layers, found)


def _tightened(found: dict[str, InForce], layer: tuple[Holder, Own]) -> dict[str, InForce]:
    holder, own = layer
    changed: dict[str, InForce] = {}
    for key, value in own.items():
        before = found[key]
        after = RULES[key].direction.join(before.value, value)
        if after != before.value:
            kept = before.set_by if isinstance(after, frozenset) else ()
            changed[key] = InForce(after, tuple(dict.fromkeys((*kept, holder))))
    return found | changed


def check_tightens(holder: Holder, own: Own, above: Sequence[tuple[Holder, Own]]) -> None:
    """Raises Contradiction naming each rule that `own` would loosen and who set it (trap 9)."""
    inherited = in_force(above)
    loosened = [key for key, value in own.items() if RULES[key].direction.loosens(value, inherited[key].value)]
    if loosened:
        faults = " ".join(_fault(key, own[key], inherited[key]) for key in loosened)
        raise Contradiction(f"{holder} may tighten what it inherits, never loosen it. {faults}")


def _fault(key: str, asked: Value, inherited: InForce) -> str:
    source = " and ".join(map(str, inherited.set_by)) or "the platform"
    return (
        f"{key} cannot be {shown(asked)}: {source} set {shown(inherited.value)}, and "
        f"{RULES[key].direction.sentence}; keep to that, or change it there."
    )


def shown(value: Value) -> str:
    """A value in a sentence."""
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "nothing"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that changes for a holder, and who sets it then."""

    holder: Holder
    key: str
    before: Value
    after: InForce


def differences(holder: Holder, before: Mapping[str, InForce], after: Mapping[str, InForce]) -> Iterable[Difference]:
    """What changes for a holder, by key."""
    for key in RULES:
        if before[key].value != after[key].value:
            yield Difference(holder, key, before[key].value, after[key])


def commitment(values: Mapping[str, Any], minors: bool) -> tuple[float, int]:
    """The floor in hours a week and in months (R26); where minors take part it is never the lower one (R27)."""
    hours, months = values["weekly_hours"], values["months"]
    if minors:
        hours, months = max(hours, values["weekly_hours_minors"]), max(months, values["months_minors"])
    return hours, months
