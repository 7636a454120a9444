"""When two people become a pair, what is told of it, and how a pair ends."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.matching.domain.pool import Candidate, Clearance, Profile, places_left
from shared.contracts import Contradiction, RoleKind
from shared.contracts.matching import Member, PairClosed, PairKind, PairMatched

PROPOSALS_STAND = timedelta(days=14)
"""So long a proposal may be confirmed, and keeps its people's places from other offerings."""


class Refusal(StrEnum):
    """Why two people do not become a pair."""

    REPLACED = "replaced-by-newer-run"
    EXPIRED = "proposal-expired"
    PAIRED_BEFORE = "paired-before"
    MENTOR_NOT_CLEARED = "mentor-not-cleared"
    MENTEE_NOT_CLEARED = "mentee-not-cleared"
    MENTOR_UNSIGNED = "mentor-unsigned"
    MENTEE_UNSIGNED = "mentee-unsigned"
    MENTOR_CONSENT_WITHDRAWN = "mentor-consent-withdrawn"
    MENTEE_CONSENT_WITHDRAWN = "mentee-consent-withdrawn"
    MENTEE_HAS_MENTOR = "mentee-has-mentor"
    MENTOR_HOURS_FULL = "mentor-hours-full"
    MENTEE_HOURS_FULL = "mentee-hours-full"


SENTENCES: dict[Refusal, str] = {
    Refusal.REPLACED: "A newer run of this offering replaced this proposal; confirm that one's.",
    Refusal.EXPIRED: "This proposal is too old; start a new run.",
    Refusal.PAIRED_BEFORE: "These two are or were a pair; nobody is paired with the same person again.",
    Refusal.MENTOR_NOT_CLEARED: "The mentor is not cleared for this offering; wait for screening.",
    Refusal.MENTEE_NOT_CLEARED: "The mentee is not cleared for this offering; wait for screening.",
    Refusal.MENTOR_UNSIGNED: "The mentor has not signed the conduct document in force; ask them to sign it first.",
    Refusal.MENTEE_UNSIGNED: "The mentee has not signed the conduct document in force; ask them to sign it first.",
    Refusal.MENTOR_CONSENT_WITHDRAWN: "A consent that the mentor takes part by has ended; ask for it anew first.",
    Refusal.MENTEE_CONSENT_WITHDRAWN: "A consent that the mentee takes part by has ended; ask for it anew first.",
    Refusal.MENTEE_HAS_MENTOR: "The mentee has a mentor in this offering; close that pair first.",
    Refusal.MENTOR_HOURS_FULL: "The mentor's weekly hours are taken, or not known yet; ask the mentor for more.",
    Refusal.MENTEE_HOURS_FULL: "The mentee's weekly hours are taken, or not known yet; ask the mentee for more.",
}


@dataclass
class Party:
    """Somebody about to be paired, as the tables have it now."""

    person: UUID
    cleared_as: frozenset[RoleKind]
    profile: Profile | None
    pairs: int = 0
    has_mentor_here: bool = False
    is_unsigned: bool = False
    agrees: bool = True

    @property
    def has_hours(self) -> bool:
        """Whether their weekly hours carry one more pair (R7)."""
        return places_left(self.profile, self.pairs) > 0


def refusals(mentor: Party, mentee: Party, *, paired_before: bool) -> list[Refusal]:
    """All that stands against pairing these two now; nothing where they may be paired.

    Screening is never skipped, whoever asks and however well the two know each other (R1). Nobody is matched on an old
    signature, though a pair that runs already has a time of grace (R72, trap 8).
    """
    against = {
        Refusal.PAIRED_BEFORE: paired_before,
        Refusal.MENTOR_NOT_CLEARED: RoleKind.MENTOR not in mentor.cleared_as,
        Refusal.MENTEE_NOT_CLEARED: RoleKind.MENTEE not in mentee.cleared_as,
        Refusal.MENTOR_UNSIGNED: mentor.is_unsigned,
        Refusal.MENTEE_UNSIGNED: mentee.is_unsigned,
        Refusal.MENTOR_CONSENT_WITHDRAWN: not mentor.agrees,
        Refusal.MENTEE_CONSENT_WITHDRAWN: not mentee.agrees,
        Refusal.MENTEE_HAS_MENTOR: mentee.has_mentor_here,
        Refusal.MENTOR_HOURS_FULL: not mentor.has_hours,
        Refusal.MENTEE_HOURS_FULL: not mentee.has_hours,
    }
    return [refusal for refusal, holds in against.items() if holds]


def check_not_stopped(is_stopped: bool) -> None:
    """Raise Contradiction where the line stands still: nobody is paired there until it goes on (R78)."""
    if is_stopped:
        raise Contradiction("This programme is stopped at this place; nobody is paired until somebody lifts it.")


def proposal_refusal(state: str, expires_on: date, today: date) -> Refusal | None:
    """Why a proposal cannot be confirmed any more."""
    if state == "replaced":
        return Refusal.REPLACED
    return Refusal.EXPIRED if expires_on < today else None


def engaged(mentor: Party, mentee: Party) -> None:
    """Count a new pair of two parties, so that the next decision of the same request knows it."""
    mentor.pairs += 1
    mentee.pairs += 1
    mentee.has_mentor_here = True


def standing(clearances: Iterable[Clearance], today: date) -> set[tuple[UUID, RoleKind]]:
    """Who is cleared in which role on a day, by what screening said for one offering."""
    return {(clearance.person, clearance.role) for clearance in clearances if clearance.stands(today)}


def is_frozen(mentor: UUID, mentee: UUID, cleared: Collection[tuple[UUID, RoleKind]]) -> bool:
    """Whether an open pair's messages stop because a member's clearance does not stand (trap 7)."""
    return (mentor, RoleKind.MENTOR) not in cleared or (mentee, RoleKind.MENTEE) not in cleared


def members(mentor: UUID, mentee: UUID) -> list[Member]:
    """The two parts of a pair."""
    return [Member(person=mentor, role=RoleKind.MENTOR), Member(person=mentee, role=RoleKind.MENTEE)]


@dataclass(frozen=True, slots=True)
class Pair:
    """What is told of a pair."""

    pair: UUID
    offering: str
    site: str
    other_site: str | None
    pair_kind: PairKind
    mentor: UUID
    mentee: UUID

    def matched(self) -> PairMatched:
        """Its beginning."""
        return PairMatched(**self._told())

    def closed(self, on: date) -> PairClosed:
        """Its end; why stays here."""
        return PairClosed(**self._told(), closed_on=on)

    def _told(self) -> dict[str, Any]:
        return {
            "pair": self.pair, "offering": self.offering, "site": self.site, "other_site": self.other_site,
            "pair_kind": self.pair_kind, "members": members(self.mentor, self.mentee),
        }  # fmt: skip


def available(candidates: Iterable[Candidate], role: RoleKind) -> list[Candidate]:
    """Those of a pool who can be paired in a role now."""
    return [one for one in candidates if one.role is role and one.places]


@dataclass(frozen=True, slots=True)
class Running:
    """A pair that runs."""

    pair: UUID
    offering: str
    mentor: UUID
    mentee: UUID
    since: datetime


def doubled(pairs: Iterable[Running], given_up: UUID, person: UUID) -> list[UUID]:
    """The pairs that cannot go on where two records were one person's, the oldest one of each kind goes on.

    Nobody is paired with themself, the same two people have one pair, and a mentee one mentor in an offering.
    """
    ended: list[UUID] = []
    people: set[frozenset[UUID]] = set()
    mentored: set[tuple[UUID, str]] = set()
    for pair in sorted(pairs, key=lambda each: (each.since, each.pair)):
        mentor, mentee = (person if each == given_up else each for each in (pair.mentor, pair.mentee))
        two, place = frozenset((mentor, mentee)), (mentee, pair.offering)
        if len(two) < 2 or two in people or place in mentored:
            ended.append(pair.pair)
        else:
            people.add(two)
            mentored.add(place)
    return ended
