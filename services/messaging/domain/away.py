"""Absences (R11): which notices are accepted, and what stretch of time each takes out of a person's reply clocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts import Contradiction

LONGEST = timedelta(days=180)
AHEAD = timedelta(days=366)
BACK = timedelta(days=7)
"""Staff hear of some absences only when they have begun."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch of time, its end not included."""

    starts: datetime
    ends: datetime


def merged(absences: Iterable[Absence]) -> list[Absence]:
    """The same time as absences in order that neither overlap nor touch; empty ones fall away."""
    found: list[Absence] = []
    for absence in sorted(absences, key=lambda absence: absence.starts):
        if absence.ends <= absence.starts:
            continue
        if found and absence.starts <= found[-1].ends:
            found[-1] = Absence(found[-1].starts, max(found[-1].ends, absence.ends))
        else:
            found.append(absence)
    return found


def effective(starts: datetime, ends: datetime, ended_at: datetime | None) -> Absence:
    """The time a notice really takes: until the person was back; none where it was withdrawn before it began."""
    return Absence(starts, ends if ended_at is None else max(starts, min(ends, ended_at)))


def check_notice(starts: datetime, ends: datetime, now: datetime) -> None:
    """Raises Contradiction with what to change in a notice that cannot be accepted."""
    if starts >= ends:
        raise Contradiction("An absence must end after it starts; correct one of the two times.")
    if ends - starts > LONGEST:
        raise Contradiction(f"An absence may last {LONGEST.days} days; for a longer one ask your site's staff.")
    if ends <= now:
        raise Contradiction("This absence is over already; a notice is for the time to come.")
    if starts < now - BACK:
        raise Contradiction(f"An absence may have started {BACK.days} days ago at most; give a later start.")
    if starts > now + AHEAD:
        raise Contradiction(f"An absence may start {AHEAD.days} days ahead at most; announce it later.")
