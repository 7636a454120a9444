"""The rules of screening: which checks a role asks for, and what may be decided on their results.

Over-screening is a fault like under-screening (R35): a check that no factor asks for is refused. Law packs and sites'
policies will add to this table; they never take from it.
"""

from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID

from shared.contracts import Contradiction, RoleKind

Outcome = Literal["passed", "failed"]
State = Literal["waiting", "open", "proposed", "cleared", "declined", "ended", "withdrawn"]
Category = Literal["suitable", "time", "skill", "temperament", "scope", "safety"]


@dataclass(frozen=True, slots=True)
class Required:
    """A check that a case asks for, the risk factors that ask for it, and why in one sentence."""

    check: str
    factors: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """`check` is asked for when the role has every factor of one of `when`."""

    check: str
    when: tuple[frozenset[str], ...]
    why: str

    def asked_by(self, risks: Collection[str]) -> Required | None:
        met = [factors for factors in self.when if factors <= set(risks)]
        return Required(self.check, tuple(sorted(frozenset().union(*met))), self.why) if met else None


def _any(*factors: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset((factor,)) for factor in factors)


VOLUNTEER_RULES = (
    _Rule("identity", (frozenset(),), "Everyone who acts for a programme is known by name (R40)."),
    _Rule(
        "training",
        _any("works-with-clients", "minors"),
        "Whoever works with clients learns the programme's rules first (R75).",
    ),
    _Rule(
        "references",
        _any("works-with-clients", "knows-volunteers"),
        "The role meets clients or other volunteers, so others say how the person treats people (R36, R47).",
    ),
    _Rule(
        "interview",
        _any("one-on-one", "minors", "sees-confidential-data", "system-access"),
        "The role is trusted alone, with the young, or with what could do harm, so somebody talks with them (R45).",
    ),
    _Rule(
        "record-check",
        (frozenset(("minors", "one-on-one")),),
        "The role is alone with a minor; supervision nearby does not change that (R42, R43).",
    ),
)
"""The small rule table of R35 and R36; the order is the order of the steps."""

MENTEE_CHECKS = (
    Required("eligibility", (), "The programme is for people in this situation."),
    Required("consents", (), "Whoever must agree to taking part has agreed."),
)
"""A mentee is admitted, never checked like a volunteer."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a check ended. It counts until the end of `valid_until`."""

    outcome: Outcome
    valid_until: date | None = None

    def stands(self, today: date) -> bool:
        """Passed, and not lapsed."""
        return self.outcome == "passed" and (self.valid_until is None or self.valid_until >= today)


def required_checks(kind: RoleKind, risks: Collection[str]) -> tuple[Required, ...]:
    """The checks that a role asks for, in order, each with its reason (R35, R36, R42, R43)."""
    if kind == RoleKind.MENTEE:
        return MENTEE_CHECKS
    return tuple(required for rule in VOLUNTEER_RULES if (required := rule.asked_by(risks)))


def check_results(
    required: Collection[str], state: State, checks: Collection[str], ahead: Collection[str] = ()
) -> None:
    """Raise Contradiction when a result may not be recorded: the case is decided, or nothing asks for the check.

    `ahead`: what a clearance asks for before a limit of activity is crossed.
    """
    if state == "cleared" and set(checks) <= set(ahead):
        return
    if state == "waiting":
        raise Contradiction("The role of this case is not known here yet; try again when it is.")
    if state == "proposed":
        raise Contradiction("This case is being decided just now; what is found counts again if it is open again.")
    if state != "open":
        raise Contradiction(f"This case is {state}; a result changes nothing now. A new application opens a new case.")
    if unasked := sorted(set(checks) - set(required)):
        raise Contradiction(
            f"{', '.join(unasked)} must not be asked of this role (R35); it asks for {', '.join(required)}."
        )


def check_decider(decider: UUID | None, person: UUID) -> None:
    """Nobody decides about themselves. Raises Contradiction."""
    if decider == person:
        raise Contradiction("Nobody decides about their own case; ask another screener.")


def clear_until(
    required: Collection[str], results: Mapping[str, Result], today: date, months: int, wanted: date | None
) -> date:
    """The day until which a clearance stands: the earliest of its checks', some months, and what was wanted (R40).

    Raises Contradiction naming the checks that are missing, failed or lapsed.
    """
    if missing := [check for check in required if check not in results or not results[check].stands(today)]:
        raise Contradiction(f"{', '.join(missing)} did not pass or does not stand today; record it before clearing.")
    limits = [results[check].valid_until for check in required]
    until = min(day for day in (*limits, months_later(today, months), wanted) if day is not None)
    if until < today:
        raise Contradiction(f"{until} is over; a clearance cannot end before it begins.")
    return until


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


@dataclass(frozen=True, slots=True)
class Decided:
    """What a case was decided to be."""

    cleared: bool
    criterion: str
    valid_until: date | None


def is_repeat(decided: Decided, *, clears: bool, criterion: str, wanted: date | None) -> bool:
    """True when a decision is the one that stands, asked for again; False when the case is decided otherwise.

    A clearance may have become shorter than was wanted; whoever now wants it shorter still decides anew.
    """
    shorter = wanted is not None and decided.valid_until is not None and wanted < decided.valid_until
    return decided.cleared == clears and decided.criterion == criterion and not shorter


def check_open(state: State) -> None:
    """Raise Contradiction unless the case can be decided."""
    if state == "proposed":
        raise Contradiction("Another decision was proposed; a second person agrees or disagrees with it first.")
    if state != "open":
        raise Contradiction(f"This case is {state}; only an open case can be decided.")


def check_known(place: bool, facts: bool) -> None:
    """Raise Contradiction when somebody would be cleared before the law was asked about place and person (R41)."""
    if not place:
        raise Contradiction(
            "The place of this case is not known here yet, so neither is its law; try again when it is, or "
            "`rapport events resend intake`."
        )
    if not facts:
        raise Contradiction(
            "What intake knows of this person was not read yet, or has to be read anew; try again in a moment."
        )


def check_not_stopped(is_stopped: bool) -> None:
    """Raise Contradiction where the line stands still: nobody is cleared there until it goes on (R78)."""
    if is_stopped:
        raise Contradiction("This programme is stopped at this place; nobody is cleared until somebody lifts it.")


def check_withdrawable(state: State) -> None:
    """Raise Contradiction unless there is a clearance that stands."""
    if state != "cleared":
        raise Contradiction(f"This case is {state}; only a clearance that stands can be withdrawn.")


def expires_at(valid_until: date) -> datetime:
    """The first moment at which a clearance stands no longer: the start of the next day, UTC."""
    return datetime.combine(valid_until + timedelta(days=1), time(), tzinfo=UTC)
