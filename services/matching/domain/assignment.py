"""What bars two people from being paired, and what speaks for them: named terms in whole points.

solver.py computes the same for all pairs at once; a test holds the two together.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.matching.domain.pool import Candidate, Profile, Unavailable
from shared.contracts import RoleKind

GOALS_POINTS = 1000
"""For a mentor whose skills meet every goal of the mentee (R6)."""
HOUR_POINTS, HOURS_COUNTED = 20, 10
"""For each free hour of the week that both have, so many of them at the most."""
LANGUAGE_POINTS, LANGUAGES_COUNTED = 50, 2
"""For each language that both have beyond the first (R17)."""
WAITING_POINTS = 5
"""For each day that either has waited since being cleared; without an upper end, so that nobody waits for ever."""


class Barred(StrEnum):
    """Why two people must not be paired, the first that holds."""

    SAME_PERSON = "same-person"
    PAIRED_BEFORE = "paired-before"
    PROPOSED_ELSEWHERE = "proposed-elsewhere"
    NO_COMMON_LANGUAGE = "no-common-language"
    NO_COMMON_HOUR = "no-common-hour"


class LeftOut(StrEnum):
    """Why a run paired somebody with nobody."""

    NOBODY_TO_PAIR_WITH = "nobody-to-pair-with"
    ALL_BARRED = "all-barred"
    NO_PLACE_LEFT = "no-place-left"


Two = frozenset[UUID]


@dataclass(frozen=True)
class History:
    """Pairs of people who are or were paired in any offering, and who are proposed to each other in another one."""

    paired: Collection[Two] = frozenset()
    proposed_elsewhere: Collection[Two] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """One reason for a pair. Where what it needs is `known` of only one or neither, it is half of the most."""

    term: str
    points: int
    known: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """A mentor and a mentee whom a run would pair."""

    mentor: UUID
    mentee: UUID
    score: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody paired with nobody: why, and how many on the other side were barred for which reason."""

    person: UUID
    role: RoleKind
    reason: LeftOut | Unavailable
    barred: dict[str, int]


@dataclass(frozen=True)
class Assignment:
    """What a run found. A blocking pair would both rather have each other than whom they got."""

    proposals: list[Proposed]
    unmatched: list[Unmatched]
    barred_pairs: int
    blocking_pairs: int

    @property
    def total_score(self) -> int:
        """The sum of all proposals' scores."""
        return sum(proposal.score for proposal in self.proposals)


def bar(mentor: Candidate, mentee: Candidate, history: History) -> Barred | None:
    """Why these two must not be paired; None where they may. What is not known of either bars nobody."""
    two = frozenset((mentor.person, mentee.person))
    mine, theirs = _known(mentor), _known(mentee)
    if len(two) == 1:
        return Barred.SAME_PERSON
    if two in history.paired:
        return Barred.PAIRED_BEFORE
    if two in history.proposed_elsewhere:
        return Barred.PROPOSED_ELSEWHERE
    if _disjoint(mine.languages, theirs.languages):
        return Barred.NO_COMMON_LANGUAGE
    return Barred.NO_COMMON_HOUR if _disjoint(mine.free_hours, theirs.free_hours) else None


def terms(mentor: Candidate, mentee: Candidate) -> list[Term]:
    """What speaks for a pair, term by term."""
    mine, theirs = _known(mentor), _known(mentee)
    return [
        _goals(mine.skills, theirs.goals),
        _counted("common-hours", mine.free_hours, theirs.free_hours, HOUR_POINTS, HOURS_COUNTED, free=0),
        _counted("more-languages", mine.languages, theirs.languages, LANGUAGE_POINTS, LANGUAGES_COUNTED, free=1),
        Term("waiting", WAITING_POINTS * (mentor.waiting_days + mentee.waiting_days), known=True),
    ]


def score(mentor: Candidate, mentee: Candidate) -> int:
    """The sum of a pair's terms."""
    return sum(term.points for term in terms(mentor, mentee))


def _known(candidate: Candidate) -> Profile:
    if candidate.profile is None:
        raise ValueError(f"{candidate.person} is no candidate: no profile has been read.")
    return candidate.profile


def _disjoint(mine: frozenset[str] | frozenset[int], theirs: frozenset[str] | frozenset[int]) -> bool:
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _goals(skills: frozenset[str], goals: frozenset[str]) -> Term:
    known = bool(skills and goals)
    points = GOALS_POINTS * len(skills & goals) // len(goals) if known else GOALS_POINTS // 2
    return Term("goals-met", points, known)


def _counted(
    term: str,
    mine: frozenset[str] | frozenset[int],
    theirs: frozenset[str] | frozenset[int],
    points: int,
    most: int,
    *,
    free: int,
) -> Term:
    known = bool(mine and theirs)
    counted = min(max(0, len({*mine} & {*theirs}) - free), most)
    return Term(term, points * counted if known else points * most // 2, known)
