"""Candidates for the tests of matching's rules."""

import random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.matching.domain.pool import Candidate, Profile
from shared.contracts import RoleKind

KABUL = "net.af.kabul"


def person(number: int) -> UUID:
    """A person's id."""
    return UUID(int=number)


def profile(**values: Any) -> Profile:
    """A profile of which nothing is known but one weekly hour."""
    empty: frozenset[Any] = frozenset()
    usual: dict[str, Any] = {
        "languages": empty,
        "skills": empty,
        "goals": empty,
        "weekly_hours": 1.0,
        "free_hours": empty,
    }
    return Profile(**(usual | {name: frozenset(v) if isinstance(v, set) else v for name, v in values.items()}))


def candidate(number: int, role: RoleKind, places: int = 1, waiting_days: int = 0, **values: Any) -> Candidate:
    """Somebody who can be paired."""
    return Candidate(person(number), role, KABUL, waiting_days=waiting_days, profile=profile(**values), places=places)


def mentor(number: int = 1, places: int = 1, waiting_days: int = 0, **values: Any) -> Candidate:
    """A mentor who can be paired."""
    return candidate(number, RoleKind.MENTOR, places, waiting_days, **values)


def mentee(number: int = 100, waiting_days: int = 0, **values: Any) -> Candidate:
    """A mentee who can be paired."""
    return candidate(number, RoleKind.MENTEE, 1, waiting_days, **values)


PROFILES = st.builds(
    Profile,
    languages=st.frozensets(st.sampled_from(["en", "fa", "sw"]), max_size=3),
    skills=st.frozensets(st.sampled_from("abcd"), max_size=3),
    goals=st.frozensets(st.sampled_from("abcd"), max_size=3),
    weekly_hours=st.just(1.0),
    free_hours=st.frozensets(st.sampled_from([0, 1, 2, 166, 167]), max_size=4),
)


@st.composite
def people(draw: st.DrawFn, role: RoleKind, most: int, most_places: int = 1) -> list[Candidate]:
    """Up to `most` candidates with different ids; mentors' and mentees' ids overlap."""
    numbers = draw(st.lists(st.integers(1, most + 2), max_size=most, unique=True))
    return [
        Candidate(
            person(number), role, KABUL, waiting_days=draw(st.integers(0, 400)), profile=draw(PROFILES),
            places=draw(st.integers(1, most_places)),
        )
        for number in numbers
    ]  # fmt: skip


def crowd(role: RoleKind, size: int, chance: random.Random, places: int = 1) -> list[Candidate]:
    """Many candidates as they may be in a large network."""
    start = 0 if role is RoleKind.MENTOR else size
    return [
        candidate(
            start + number + 1, role, chance.randint(1, places), chance.randint(0, 300),
            languages=set(chance.sample(["en", "fa", "ar", "sw", "fr", "es"], chance.randint(1, 3))),
            skills={f"skill-{chance.randint(1, 40)}" for _ in range(5)},
            goals={f"skill-{chance.randint(1, 40)}" for _ in range(3)},
            free_hours=set(chance.sample(range(168), 20)),
        )
        for number in range(size)
    ]  # fmt: skip
