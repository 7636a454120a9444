"""The script: who takes part and what happens when. Pure data from a seed; it knows no service.

Mentor number n and mentee number n of a city share topic n, so an optimal assignment pairs them; the mentees 10 and 11
share a topic with nobody. What each pair's mentor is like (prompt, late, silent, away) is drawn by the seed.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, Self

CITIES = {"kabul": "net.af.kabul", "amman": "net.jo.amman", "nairobi": "net.ke.nairobi"}
YOUTH_CITIES = {"leith": "bridge.sct.leith", "bristol": "bridge.eng.bristol", "berlin": "bridge.us.berlin"}
"""Sites of another network, whose mentees are children."""
SITES = CITIES | YOUTH_CITIES
MENTORS, MENTEES = 9, 11
DECLINED_MENTORS = 2
REPLY_HOURS = {"mentor": 48, "mentee": 96}
BEGINNING = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
LETTERS_BEGIN = BEGINNING + timedelta(days=3)

Part = Literal["mentor", "mentee"]
Manner = Literal["prompt", "last-minute", "acknowledging", "late", "silent", "away"]
MANNERS: tuple[Manner, ...] = ("prompt", "prompt", "last-minute", "acknowledging", "late", "silent", "away")


@dataclass(frozen=True, order=True)
class Person:
    """Somebody who takes part; `key` is what stands before the @ of their address, if they have one."""

    city: str
    letter: Literal["m", "e"]
    number: int

    @property
    def key(self) -> str:
        return f"{self.city}-{self.letter}{self.number:02}"

    @property
    def email(self) -> str | None:
        return None if self in (ENROLLED, CHILD) else f"{self.key}@example.org"


ENROLLED = Person("kabul", "e", 9)
"""She has no e-mail: a facilitator enrols her and acts for her."""
APPLYING = Person("amman", "e", 1)
"""She applies by herself; the others are imported."""
IN_TWO_ROLES = Person("nairobi", "m", 1)
"""A mentor who applies as a mentee too, with the topic of mentee 9."""
LAPSING = Person("kabul", "m", 8)
"""A mentor whose clearance ends while the broker is down."""
NOMINATED = Person("amman", "m", 9)
"""A mentor who knows a mentee already: the two are nominated (R1)."""
CHILD = Person("leith", "e", 1)
"""She is twelve and has no e-mail: a facilitator at her school enrols her, and her guardian agrees beside her."""
HER_MENTOR = Person("leith", "m", 1)
YOUTH_MENTORS = (HER_MENTOR, Person("bristol", "m", 1), Person("berlin", "m", 1))
"""They apply for one and the same role."""
STAYS = (Person("kabul", "m", 9), Person("nairobi", "m", 9), IN_TWO_ROLES, LAPSING, NOMINATED)
"""Mentors whom the story needs, so none of them is declined."""
PROMPT = (IN_TWO_ROLES, LAPSING)


@dataclass(frozen=True, order=True)
class Application:
    """Somebody applies in one role."""

    person: Person
    part: Part

    @property
    def key(self) -> str:
        return f"{self.person.key} {self.part}"


@dataclass(frozen=True)
class Pair:
    """Two people who write to each other."""

    mentor: Person
    mentee: Person
    manner: Manner

    @property
    def key(self) -> str:
        return f"{self.mentor.key}+{self.mentee.key}"

    @property
    def kind(self) -> Literal["assigned", "nominated"]:
        return "nominated" if self.mentor in (NOMINATED, HER_MENTOR) else "assigned"

    def member(self, part: Part) -> Person:
        return self.mentor if part == "mentor" else self.mentee


@dataclass(frozen=True)
class Writes:
    """A member of a pair writes."""

    pair: Pair
    writer: Part
    answer_needed: bool


@dataclass(frozen=True)
class IsRefused:
    """A member of a pair tries to write and must not."""

    pair: Pair
    writer: Part


@dataclass(frozen=True)
class Acknowledges:
    """A mentor says that the message was seen; no letter is owed any more."""

    pair: Pair


@dataclass(frozen=True)
class GoesAway:
    """A mentor says beforehand that they will be offline (R11)."""

    pair: Pair
    ends: datetime


Act = Writes | IsRefused | Acknowledges | GoesAway


@dataclass(frozen=True)
class Scene:
    """What happens at one instant; `name` is for commands, `tells` for people.

    From a scene with `broker_down` until the next one without, the broker is dead. `kills` names a service that is
    killed in the middle, `doubles` one that from then on works in two processes.
    """

    name: str
    at: datetime
    tells: str
    acts: tuple[Act, ...]
    broker_down: bool = False
    kills: str | None = None
    doubles: str | None = None


@dataclass(frozen=True)
class Story:
    """The whole script. `last_days` are of clearances that end before the usual time."""

    seed: int
    applications: tuple[Application, ...]
    declined: frozenset[Application]
    last_days: dict[Application, date]
    pairs: tuple[Pair, ...]
    screened_at: datetime
    matched_at: datetime
    scenes: tuple[Scene, ...]
    ends_at: datetime

    @property
    def people(self) -> tuple[Person, ...]:
        return tuple(dict.fromkeys(application.person for application in self.applications))

    def until(self, name: str) -> Self:
        """The same story, over once the scene of this name is played. Raises ValueError for a name of none."""
        names = [scene.name for scene in self.scenes]
        if name not in names:
            raise ValueError(f"There is no scene {name!r}; there are {', '.join(names)}.")
        scenes = self.scenes[: names.index(name) + 1]
        return replace(self, scenes=scenes, ends_at=scenes[-1].at + timedelta(hours=1))


def applications() -> Iterator[Application]:
    """Who applies as what."""
    for city in CITIES:
        yield from (Application(Person(city, "m", number), "mentor") for number in range(1, MENTORS + 1))
        yield from (Application(mentee(city, number), "mentee") for number in range(1, MENTEES + 1))


def mentee(city: str, number: int) -> Person:
    """Who applies as mentee number n of a city."""
    return IN_TWO_ROLES if (city, number) == ("nairobi", 9) else Person(city, "e", number)


def draw_city(city: str, chance: random.Random) -> tuple[set[Application], list[Pair]]:
    """Who is declined in a city, and who becomes a pair."""
    mentors = [Person(city, "m", number) for number in range(1, MENTORS + 1)]
    refused = set(chance.sample([person for person in mentors if person not in STAYS], DECLINED_MENTORS))
    without_topic = list(chance.sample((10, 11), 2))
    manners = list(MANNERS)
    for _ in set(mentors) & set(PROMPT):
        manners.remove("prompt")
    chance.shuffle(manners)
    pairs = []
    for person in mentors:
        if person in refused:
            continue
        number = without_topic[0] if person == NOMINATED else person.number
        pairs.append(Pair(person, mentee(city, number), "prompt" if person in PROMPT else manners.pop()))
    declined = {Application(person, "mentor") for person in refused}
    return declined | {Application(Person(city, "e", without_topic[1]), "mentee")}, pairs
