"""Who may be paired in an offering, how many pairs their hours allow, and why somebody cannot be paired now."""

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts import RoleKind

HOURS_PER_PAIR = 1.0
"""A pair takes about one hour a week of each of its people (R7)."""
HOURS_OF_A_WEEK = 168.0

PAIRED_ROLES = (RoleKind.MENTOR, RoleKind.MENTEE)


class Unavailable(StrEnum):
    """Why somebody cannot be paired in an offering now."""

    BEING_SCREENED = "being-screened"
    CLEARANCE_LAPSED = "clearance-lapsed"
    PROFILE_NOT_READ = "profile-not-read"
    PROFILE_UNKNOWN = "profile-unknown"
    HAS_MENTOR = "has-mentor"
    AGREEMENT_UNSIGNED = "agreement-unsigned"
    HOURS_FULL = "hours-full"
    PROPOSED_ELSEWHERE = "proposed-elsewhere"
    HOURS_KEPT_AS_MENTEE = "hours-kept-as-mentee"


@dataclass(frozen=True, slots=True)
class Clearance:
    """What screening said of a person in a role of one offering."""

    person: UUID
    role: RoleKind
    site: str
    state: str
    valid_until: date | None
    cleared_on: date | None

    def stands(self, today: date) -> bool:
        """Whether it is in force on a day."""
        return self.state == "cleared" and self.valid_until is not None and self.valid_until >= today


@dataclass(frozen=True, slots=True)
class Profile:
    """What matching knows of a person. Free hours are hours of the week in UTC. An empty set is not known."""

    languages: frozenset[str]
    skills: frozenset[str]
    goals: frozenset[str]
    weekly_hours: float
    free_hours: frozenset[int]


@dataclass(frozen=True, slots=True)
class Engagement:
    """What a person's hours are already given to. `elsewhere` counts proposals that wait in other offerings."""

    pairs: int = 0
    elsewhere: int = 0
    has_mentor_here: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody in a role of an offering. `places` is how many pairs they may enter now; 0 with the reason why."""

    person: UUID
    role: RoleKind
    site: str
    waiting_days: int = 0
    pairs: int = 0
    profile: Profile | None = None
    places: int = 0
    reason: Unavailable | None = None


@dataclass(frozen=True)
class Knowledge:
    """All that the pool of an offering is made from. `absent` are people whom intake does not know.

    `unsigned` have not signed the version of the conduct document that is in force there.
    """

    applied: Collection[tuple[UUID, RoleKind, str]] = ()
    clearances: Collection[Clearance] = ()
    profiles: dict[UUID, Profile] = field(default_factory=dict)
    absent: Collection[UUID] = ()
    engagements: dict[UUID, Engagement] = field(default_factory=dict)
    unsigned: Collection[UUID] = ()


def spoken_language(tag: str) -> str:
    """The language of a tag: people with `fa-AF` and `fa-IR` can write to each other."""
    return tag.partition("-")[0]


def pairs_allowed(weekly_hours: float) -> int:
    """How many pairs a person's weekly hours carry (R7); whoever was admitted has time for one."""
    return max(1, math.floor(min(weekly_hours, HOURS_OF_A_WEEK) / HOURS_PER_PAIR))


def places_left(profile: Profile | None, pairs: int) -> int:
    """How many more pairs a person has hours for; one in all while their hours are not known."""
    return max(0, (pairs_allowed(profile.weekly_hours) if profile else 1) - pairs)


def pool(known: Knowledge, offering_site: str, today: date) -> list[Candidate]:
    """Everybody in an offering's pool, by role and id: those who can be paired, and the others with a reason.

    People declined, and those whose every clearance was ended, are in no pool. Whoever waits both as a mentor and as
    a mentee keeps an hour for being mentored.
    """
    found = [_cleared(known, group, offering_site, today) for group in _by_person(known.clearances)]
    decided = {(clearance.person, clearance.role) for clearance in known.clearances}
    found += [
        Candidate(person, role, site, reason=Unavailable.BEING_SCREENED)
        for person, role, site in sorted(set(known.applied))
        if role in PAIRED_ROLES and (person, role) not in decided
    ]
    candidates = [one for one in found if one is not None]
    mentored = Counter(one.person for one in candidates if one.role is RoleKind.MENTEE and one.places)
    kept = [_keeping_hours(one, mentored[one.person]) for one in candidates]
    return sorted(kept, key=lambda one: (one.role, one.person))


def _by_person(clearances: Iterable[Clearance]) -> list[list[Clearance]]:
    groups: dict[tuple[UUID, RoleKind], list[Clearance]] = {}
    for clearance in clearances:
        if clearance.role in PAIRED_ROLES:
            groups.setdefault((clearance.person, clearance.role), []).append(clearance)
    return list(groups.values())


def _cleared(known: Knowledge, group: list[Clearance], offering_site: str, today: date) -> Candidate | None:
    """A person by all that screening said of them in one role."""
    said = [clearance for clearance in group if clearance.state == "cleared"]
    if not said:
        return None
    standing = [clearance for clearance in said if clearance.stands(today)]
    person, role = said[0].person, said[0].role
    profile, engaged = known.profiles.get(person), known.engagements.get(person, Engagement())
    places, reason = _places(profile, engaged, role, bool(standing), person in known.absent)
    if person in known.unsigned and reason not in (Unavailable.CLEARANCE_LAPSED, Unavailable.HAS_MENTOR):
        places, reason = 0, Unavailable.AGREEMENT_UNSIGNED
    since = min((clearance.cleared_on or today for clearance in said), default=today)
    return Candidate(
        person,
        role,
        site_of(standing or said, offering_site),
        waiting_days=max(0, (today - since).days),
        pairs=engaged.pairs,
        profile=profile,
        places=places,
        reason=reason,
    )


def site_of(clearances: Collection[Clearance], offering_site: str) -> str:
    """The place whose clearance lets a person act: the offering's own where there is one."""
    sites = {clearance.site for clearance in clearances}
    return offering_site if offering_site in sites else min(sites)


def _places(
    profile: Profile | None, engaged: Engagement, role: RoleKind, is_cleared: bool, is_absent: bool
) -> tuple[int, Unavailable | None]:
    if not is_cleared:
        return 0, Unavailable.CLEARANCE_LAPSED
    if role is RoleKind.MENTEE and engaged.has_mentor_here:
        return 0, Unavailable.HAS_MENTOR
    if profile is None:
        return 0, Unavailable.PROFILE_UNKNOWN if is_absent else Unavailable.PROFILE_NOT_READ
    left = places_left(profile, engaged.pairs)
    if not left:
        return 0, Unavailable.HOURS_FULL
    if left <= engaged.elsewhere:
        return 0, Unavailable.PROPOSED_ELSEWHERE
    return (1 if role is RoleKind.MENTEE else left - engaged.elsewhere), None


def _keeping_hours(candidate: Candidate, as_mentee: int) -> Candidate:
    if candidate.role is not RoleKind.MENTOR or not candidate.places or not as_mentee:
        return candidate
    places = candidate.places - as_mentee
    reason = None if places else Unavailable.HOURS_KEPT_AS_MENTEE
    return Candidate(
        candidate.person, candidate.role, candidate.site, candidate.waiting_days, candidate.pairs, candidate.profile,
        places, reason,
    )  # fmt: skip
