"""Mentees: what they are told of their case, how near the front of a waiting list somebody is, and when they hear next.

A place on a list is told as a band, never as a rank. What is told of a decline is the same whatever its reason (R54,
trap 15).
"""

from datetime import date, timedelta
from typing import Literal

from services.screening.domain.cases import State
from shared.contracts import Contradiction, RoleKind

Band = Literal["next", "soon", "later"]
Told = Literal["undecided", "admitted", "waiting-list", "referred-on", "not-in-scope", "withdrawn", "ended"]

STEP = "waiting-list"
"""The step by whose day the people on a list hear again."""
BANDS: tuple[Band, ...] = ("next", "soon", "later")
FEWEST = 5
"""Whoever is told a band shares it with four others at least."""
FARTHEST = timedelta(days=366)


def band_of(ahead: int, size: int) -> Band:
    """The third of a list of `size` in which somebody stands with so many `ahead`.

    A list that is too short for three bands has one, so that its people cannot find their places by comparing.
    """
    if size < FEWEST * len(BANDS):
        return "soon"
    return BANDS[ahead * len(BANDS) // size]


def check_may_wait(kind: RoleKind, next_news_on: date, today: date) -> None:
    """Raise Contradiction unless a mentee would wait, until a day to come on which they hear again."""
    if kind != RoleKind.MENTEE:
        raise Contradiction("Only mentees wait on a list; clear or decline a volunteer.")
    if not today < next_news_on <= today + FARTHEST:
        raise Contradiction(f"Name a day after {today} within a year; whoever waits knows when they hear again.")


def check_referral(kind: RoleKind, referred_to: str | None) -> None:
    """Raise Contradiction where somebody else than a mentee would be referred on."""
    if referred_to and kind != RoleKind.MENTEE:
        raise Contradiction("Only mentees are referred on; a volunteer's decision cites its criterion alone.")


def told_of(state: State, *, waits: bool, is_referred: bool) -> Told:
    """What a mentee is told. A decline without a referral reads alike, whether for scope or for safety."""
    match state:
        case "cleared":
            return "admitted"
        case "declined":
            return "referred-on" if is_referred else "not-in-scope"
        case "ended" | "withdrawn":
            return state
        case _:
            return "waiting-list" if waits else "undecided"
