"""Interviews: slots, bounded rescheduling, no-shows, and what a form's scores come to (R45, R46, R52).

Nothing here rejects anybody: the rule says a sentence, a screener decides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.screening.domain.verdicts import Verdict
from shared.contracts import Contradiction

InterviewState = Literal["invited", "booked", "paused", "held"]
"""Paused: the person did not come twice, and a screener decides how to go on."""
PlaceKind = Literal["video", "phone", "onsite"]

CHECK = "interview"
USUAL_MINUTES = 30
MOST_MOVES = 3
"""How often a person may choose another slot or cancel; staff may always invite anew."""
MOST_NO_SHOWS = 2
DAYS_TO_CHOOSE = 7


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is scored from 1 to 5. `anchors` say what a score looks like; below `floor` the rule does not pass."""

    dimension: str
    about: str
    questions: tuple[str, ...]
    anchors: Mapping[int, str]
    floor: int


@dataclass(frozen=True, slots=True)
class InterviewForm:
    """A standard protocol: dimensions, and scenarios that are told to everybody in the same words (R52)."""

    form: str
    version: int
    title: str
    dimensions: tuple[Dimension, ...]
    scenarios: tuple[str, ...]


def faults_of_scores(form: InterviewForm, scored: Iterable[str], scenarios: int) -> Iterator[tuple[str, str]]:
    """Where scores do not fit the form: the field and the reason."""
    known, found = {each.dimension for each in form.dimensions}, set(scored)
    for name in sorted(known - found):
        yield f"scores.{name}", "is not scored"
    for name in sorted(found - known):
        yield f"scores.{name}", "is no dimension of this form"
    if scenarios != len(form.scenarios):
        yield "scenarios", f"must have a note on each of the {len(form.scenarios)} scenarios, in their order"


def verdict(form: InterviewForm, scores: Mapping[str, int]) -> Verdict:
    """The form's rule: no dimension below its written floor."""
    below = [
        f"{each.dimension} is {scores[each.dimension]} and its floor {each.floor}"
        for each in form.dimensions
        if scores[each.dimension] < each.floor
    ]
    if below:
        return Verdict(False, f"By the form's rule this does not pass: {'; '.join(below)}.")
    return Verdict(True, "By the form's rule this passes: no dimension is below its floor.")


def check_movable(state: InterviewState, booked: datetime | None, now: datetime) -> None:
    """Raise Contradiction unless the person may choose a slot, choose another one, or give theirs back."""
    if state == "held":
        raise Contradiction("The interview was held.")
    if state == "paused":
        raise Contradiction("You were missed twice; your site's staff will get in touch with you about another time.")
    if booked is not None and booked <= now:
        raise Contradiction("Your interview has begun; ask your site's staff for another time.")


def check_moves(moves: int) -> None:
    """Raise Contradiction when the person moved their interview often enough to choose no more. Giving back is free."""
    if moves >= MOST_MOVES:
        raise Contradiction(f"You moved your interview {MOST_MOVES} times; ask your site's staff for another time.")


def check_begun(state: InterviewState, starts_at: datetime | None, now: datetime) -> None:
    """Raise Contradiction unless there is an interview that should be going on or be over."""
    if state not in ("booked", "held") or starts_at is None:
        raise Contradiction("No interview is booked. One that was held elsewhere is recorded as a result alone.")
    if starts_at > now:
        raise Contradiction(f"The interview begins on {starts_at:%d %B %Y at %H:%M} UTC; there is nothing to say yet.")


def after_no_show(no_shows: int) -> InterviewState:
    """Where it stands after the person did not come so many times: asked to choose again, then a screener's turn."""
    return "paused" if no_shows >= MOST_NO_SHOWS else "invited"


@dataclass(frozen=True, slots=True)
class Span:
    """When a screener has time."""

    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return self.starts_at + timedelta(minutes=self.minutes)


def overlapping(new: Iterable[Span], standing: Iterable[Span]) -> Iterator[int]:
    """Which of the new ones fall together with another one of the same screener."""
    taken = list(standing)
    for place, span in enumerate(new):
        if any(span.starts_at < other.ends_at and other.starts_at < span.ends_at for other in taken):
            yield place
        taken.append(span)
