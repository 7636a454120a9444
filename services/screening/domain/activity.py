"""What somebody's activity asks for by law: hours in a month and a year, days with contact in any 30.

It is counted as the most that was in any such time, so that the order in which messages are heard makes no difference.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.screening.domain.criteria import Criterion
from services.screening.domain.facts import Facts, Step
from services.screening.domain.requirements import requirements
from shared.law import Law

AHEAD = 0.75
"""Above this part of a limit its steps are asked for, so that they can be done before it is crossed."""
TIME_AHEAD = timedelta(days=30)
KEPT = timedelta(days=400)
"""A year, and time to look back over its end."""
WINDOW = timedelta(days=30)
LIMIT = Criterion(
    "activity-limit", 1, False, False, "scope", "More activity than the law allows without a step that was not passed."
)
"""What ends a clearance at the crossing; it says nothing of the person's safety."""


@dataclass(frozen=True, slots=True)
class Activity:
    """The most hours in any calendar month and year, and the most days with contact in any 30."""

    month: float = 0.0
    year: float = 0.0
    days: int = 0

    def ahead(self) -> "Activity":
        """What it would be when the part that is left before a limit was used up, too."""
        return Activity(self.month / AHEAD, self.year / AHEAD, int(self.days / AHEAD))


def activity_in(messages: Mapping[date, int], hours_per_message: float) -> Activity:
    """The activity of messages by day. Never less when there are more of them."""
    months: Counter[tuple[int, int]] = Counter()
    years: Counter[int] = Counter()
    for day, count in messages.items():
        months[day.year, day.month] += count
        years[day.year] += count
    days = sorted(messages)
    most = max(
        (index - bisect_left(days, day - WINDOW + timedelta(days=1)) + 1 for index, day in enumerate(days)), default=0
    )
    return Activity(
        max(months.values(), default=0) * hours_per_message, max(years.values(), default=0) * hours_per_message, most
    )


def with_activity(facts: Facts, activity: Activity) -> Facts:
    """The facts of somebody so active. Where nobody limited the days they count as often already."""
    days = None if facts.days is None else max(facts.days, activity.days)
    return replace(facts, hours=(activity.month, activity.year), days=days)


def added_by(facts: Facts, law: Law, activity: Activity) -> tuple[Step, ...]:
    """The steps that are asked for because of the activity alone."""
    asked = set(requirements(facts, law).checks)
    found = requirements(with_activity(facts, activity), law).steps
    return tuple(step for step in found if step.check not in asked and step.only is None)


def is_limited(facts: Facts, law: Law) -> bool:
    """Whether a law that is connected looks at activity at all; cheap, and true for some whom it asks for nothing."""
    rules = (rule.when for each in law.connected(facts.places) for rule, _ in each.rules)
    return any(when.hours_above is not None or when.often is not None for when in rules)
