"""The script: who takes part and what happens when. Pure data from a seed; it knows no service.

Mentor number n and mentee number n of a city share topic n, so an optimal assignment pairs them; the mentees 10 and 11
share a topic with nobody. What each pair's mentor is like (prompt, late, silent, away) is drawn by the seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

CITIES = {"kabul": "net.af.kabul", "amman": "net.jo.amman", "nairobi": "net.ke.nairobi"}
MENTORS, MENTEES = 9, 11
DECLINED_MENTORS = 2
REPLY_HOURS = {"mentor": 48, "mentee": 96}
BEGINNING = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)

Manner = Literal["prompt", "late", "silent", "away"]
MANNERS: tuple[Manner, ...] = ("prompt", "prompt", "prompt", "late", "late", "silent", "away")


@dataclass(frozen=True, order=True)
class Person:
    """Someone of a roster; `key` is what stands before the @ of their address."""

    city: str
    letter: Literal["m", "e"]
    number: int

    @property
    def key(self) -> str:
        return f"{self.city}-{self.letter}{self.number:02}"

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"

    @property
    def part(self) -> Literal["mentor", "mentee"]:
        return "mentor" if self.letter == "m" else "mentee"


@dataclass(frozen=True)
class Pair:
    """A mentor and the mentee of the same number."""

    mentor: Person
    mentee: Person
    manner: Manner

    @property
    def key(self) -> str:
        return f"{self.mentor.key}+{self.mentee.key}"


@dataclass(frozen=True)
class Writes:
    """A member of a pair writes."""

    pair: Pair
    writer: Literal["mentor", "mentee"]
    answer_needed: bool


@dataclass(frozen=True)
class GoesAway:
    """A mentor says beforehand that they will be offline (R11)."""

    pair: Pair
    ends: datetime


Act = Writes | GoesAway


@dataclass(frozen=True)
class Scene:
    """What happens at one instant. With `broker_down` it happens while the broker is killed."""

    at: datetime
    name: str
    acts: tuple[Act, ...]
    broker_down: bool = False


@dataclass(frozen=True)
class Story:
    """The whole script."""

    seed: int
    people: tuple[Person, ...]
    declined: frozenset[Person]
    pairs: tuple[Pair, ...]
    screened_at: datetime
    matched_at: datetime
    scenes: tuple[Scene, ...]
    ends_at: datetime


def write(seed: int) -> Story:
    """The story of a seed; the same seed gives the same story."""
    chance = random.Random(seed)
    people = tuple(_people())
    declined: set[Person] = set()
    pairs: list[Pair] = []
    for city in CITIES:
        refused = set(chance.sample(range(1, MENTORS + 1), DECLINED_MENTORS))
        declined |= {Person(city, "m", number) for number in refused}
        declined.add(Person(city, "e", chance.choice((10, 11))))
        manners = list(MANNERS)
        chance.shuffle(manners)
        numbers = [number for number in range(1, MENTORS + 1) if number not in refused]
        pairs += [
            Pair(Person(city, "m", number), Person(city, "e", number), manner)
            for number, manner in zip(numbers, manners, strict=True)
        ]
    return Story(
        seed=seed,
        people=people,
        declined=frozenset(declined),
        pairs=tuple(pairs),
        screened_at=BEGINNING + timedelta(days=1),
        matched_at=BEGINNING + timedelta(days=2),
        scenes=tuple(_scenes(pairs, chance)),
        ends_at=BEGINNING + timedelta(days=12),
    )


def _people() -> Iterator[Person]:
    for city in CITIES:
        yield from (Person(city, "m", number) for number in range(1, MENTORS + 1))
        yield from (Person(city, "e", number) for number in range(1, MENTEES + 1))


def _scenes(pairs: list[Pair], chance: random.Random) -> Iterator[Scene]:
    first = BEGINNING + timedelta(days=3)

    def after(hours: float) -> datetime:
        return first + timedelta(hours=hours)

    def those(*manners: Manner) -> list[Pair]:
        return [pair for pair in pairs if pair.manner in manners]

    yield Scene(first, "every mentor writes a first letter", _write(pairs, "mentor", True))
    yield Scene(after(5), "every mentee answers and asks something", _write(pairs, "mentee", True))
    yield Scene(
        after(10), "some mentors say that they will travel", tuple(GoesAway(p, after(82)) for p in those("away"))
    )
    yield Scene(after(40), "prompt mentors answer in time", _write(those("prompt"), "mentor", False))
    yield Scene(after(66), "late mentors answer after the limit", _write(those("late"), "mentor", False))
    yield Scene(after(110), "mentors who were away answer", _write(those("away"), "mentor", False))
    letters = [*pairs, *chance.sample(pairs, 3)]
    yield Scene(
        after(150), "the broker is killed while mentees write", _write(letters, "mentee", False), broker_down=True
    )


def _write(pairs: list[Pair], writer: Literal["mentor", "mentee"], answer_needed: bool) -> tuple[Writes, ...]:
    return tuple(Writes(pair, writer, answer_needed) for pair in pairs)
