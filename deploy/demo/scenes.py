"""The scenes of the story, in order; add one here, and foretold.py says what follows from a new kind of act."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from deploy.demo.story import (
    BEGINNING,
    CITIES,
    LAPSING,
    LETTERS_BEGIN,
    Acknowledges,
    Application,
    GoesAway,
    IsRefused,
    Manner,
    Pair,
    Part,
    Scene,
    Story,
    Writes,
    applications,
    draw_city,
)

RETURN = 82
OVERDUE = 53
"""Mentees ask at hour 5; 48 hours later an answer is overdue."""
LAST_DAY = (LETTERS_BEGIN + timedelta(hours=150)).date()
"""Of a clearance: it ends between the two scenes in which the broker is down."""


def write(seed: int) -> Story:
    """The story of a seed; the same seed gives the same story."""
    chance = random.Random(seed)
    declined: set[Application] = set()
    pairs: list[Pair] = []
    for city in CITIES:
        refused, paired = draw_city(city, chance)
        declined |= refused
        pairs += paired
    return Story(
        seed=seed,
        applications=tuple(applications()),
        declined=frozenset(declined),
        last_days={Application(LAPSING, "mentor"): LAST_DAY},
        pairs=tuple(pairs),
        screened_at=BEGINNING + timedelta(days=1),
        matched_at=BEGINNING + timedelta(days=2),
        scenes=tuple(_scenes(pairs, chance)),
        ends_at=BEGINNING + timedelta(days=12),
    )


def _scenes(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Scene]:
    yield from _clocks(pairs)
    yield from _faults(pairs, chance)


def _clocks(pairs: Sequence[Pair]) -> Iterator[Scene]:
    """Letters and answers, in time and late."""

    def those(manner: Manner) -> list[Pair]:
        return [pair for pair in pairs if pair.manner == manner]

    yield Scene("first-letters", _after(0), "every mentor writes a first letter", _letters(pairs, "mentor", asks=True))
    yield Scene("answers", _after(5), "every mentee answers and asks something", _letters(pairs, "mentee", asks=True))
    travels = tuple(GoesAway(pair, _after(RETURN)) for pair in those("away"))
    yield Scene("away", _after(10), "some mentors say that they will travel, past their deadline", travels)
    yield Scene("in-time", _after(40), "prompt mentors answer in time", _letters(those("prompt"), "mentor"))
    seen = tuple(Acknowledges(pair) for pair in those("acknowledging"))
    yield Scene("acknowledged", _after(42), "some mentors acknowledge what needs no letter", seen)
    last_minute = _after(OVERDUE) - timedelta(minutes=1)
    tells = "some mentors answer at the last minute"
    yield Scene("last-minute", last_minute, tells, _letters(those("last-minute"), "mentor"))
    yield Scene("late", _after(66), "late mentors answer after the limit", _letters(those("late"), "mentor"))
    yield Scene("back", _after(110), "mentors who were away answer", _letters(those("away"), "mentor"))


def _faults(pairs: Sequence[Pair], chance: random.Random) -> Iterator[Scene]:
    """Letters while something is broken."""
    letters = _letters([*pairs, *chance.sample(pairs, 3)], "mentee")
    yield Scene("broker-killed", _after(150), "mentees write while the broker is dead", letters, broker_down=True)
    lapsed = [pair for pair in pairs if pair.mentor == LAPSING]
    refused = tuple(IsRefused(pair, part) for pair in lapsed for part in ("mentor", "mentee"))
    tells = "a clearance runs out, and nobody writes in that pair any more, though the broker is still dead"
    yield Scene("clearance-over", _after(170), tells, refused, broker_down=True)
    writing = [pair for pair in pairs if pair.manner != "silent" and pair not in lapsed]
    tells = "mentors write while messaging is killed; notify works in two processes"
    answers = _letters(writing, "mentor")
    yield Scene("service-killed", _after(172), tells, answers, kills="messaging", doubles="notify")


def _after(hours: float) -> datetime:
    return LETTERS_BEGIN + timedelta(hours=hours)


def _letters(pairs: Sequence[Pair], writer: Part, *, asks: bool = False) -> tuple[Writes, ...]:
    return tuple(Writes(pair, writer, asks) for pair in pairs)
