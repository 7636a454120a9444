"""References: who may refer, how long an answer is waited for, and when there are enough (R47)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.screening.domain.facts import USUAL_REFERENCES
from shared.contracts import Contradiction

Relation = Literal["family", "professional", "education", "volunteering", "community", "friend"]
ReferenceState = Literal["asked", "stalled", "answered", "approved", "refused", "withdrawn"]
"""Stalled: no answer in time, though a late one is taken. Refused by a screener; withdrawn by the applicant."""
Verification = Literal["call", "video", "in-person", "work-address", "known-to-us"]
"""How a screener made sure that the referee is who they say and wrote the answer."""

CHECK = "references"
MOST_FAMILY = 1
LEAST_MONTHS = 6
MOST_NAMED = 10
REMINDER = timedelta(days=5)
STALL = timedelta(days=10)
LINK_DAYS = 30
MOST_OPENINGS = 100
"""How often one link can be used, to look or to answer; nobody needs as many."""

LIVE: frozenset[ReferenceState] = frozenset(("asked", "stalled", "answered", "approved"))
AWAITED: frozenset[ReferenceState] = frozenset(("asked", "stalled"))


@dataclass(frozen=True, slots=True)
class Referee:
    """Somebody who is to say how the applicant treats people."""

    email: str
    relation: Relation
    known_since: date


def address_key(email: str) -> str:
    """By what two addresses are known to be the same."""
    return email.strip().casefold()


def faults_of_referees(
    named: Sequence[Referee], standing: Iterable[Referee], own_email: str, today: date
) -> Iterator[tuple[int, str, str]]:
    """Why somebody may not refer: place in `named`, field, reason (two references, one of family, six months each).

    `standing` are those who were named before and still count. The applicant is nobody's referee, nor twice the same
    person.
    """
    standing = list(standing)
    taken = {address_key(own_email), *(address_key(referee.email) for referee in standing)}
    family = sum(referee.relation == "family" for referee in standing)
    for place, referee in enumerate(named):
        if address_key(referee.email) in taken:
            yield place, "email", "is your own address, or one that you named already"
        taken.add(address_key(referee.email))
        if referee.known_since > today or _months_later(referee.known_since, LEAST_MONTHS) > today:
            yield place, "known_since", f"must lie {LEAST_MONTHS} months back or more"
        family += referee.relation == "family"
        if referee.relation == "family" and family > MOST_FAMILY:
            yield place, "relation", "only one of your referees may be of your family"


def check_named(count: int) -> None:
    """Raise Contradiction when so many were named for one case that something else is wrong."""
    if count > MOST_NAMED:
        raise Contradiction(f"At most {MOST_NAMED} people can be named in one case; ask your site's staff.")


def wanted(requirements: Mapping[str, Any]) -> int:
    """How many references a case asks for; two where nothing says otherwise."""
    steps: Iterable[Mapping[str, Any]] = requirements.get("steps", ())
    return next((step.get("count") or USUAL_REFERENCES for step in steps if step["check"] == CHECK), USUAL_REFERENCES)


def check_withdrawable(state: ReferenceState) -> None:
    """Raise Contradiction unless nobody has answered yet. What was said stays said."""
    if state not in AWAITED:
        raise Contradiction("Only a referee who has not answered can be taken back.")


def check_askable(state: ReferenceState) -> None:
    """Raise Contradiction unless an answer is awaited."""
    if state not in AWAITED:
        raise Contradiction(f"This reference is {state}; nothing more is asked of this referee.")


def check_decidable(state: ReferenceState, answers: Mapping[str, str], *, approves: bool) -> None:
    """Raise Contradiction unless a screener may decide. Only what was answered, by somebody else, is approved."""
    if state not in AWAITED and state != "answered":
        raise Contradiction(f"This reference is {state}; name another referee instead.")
    if not approves:
        return
    if state in AWAITED:
        raise Contradiction("The referee has not answered yet, so there is nothing to approve.")
    if answers.get("decides-here") == "yes":
        raise Contradiction("The referee decides about applications here; whoever screens does not refer.")


def is_enough(states: Collection[ReferenceState], count: int) -> bool:
    """Whether as many references are approved as the case asks for."""
    return sum(state == "approved" for state in states) >= count


def _months_later(day: date, months: int) -> date:
    """The same day some months later; the first of the month after where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        following = divmod(month + 1, 12)
        return date(year + following[0], following[1] + 1, 1)
