"""Limits of activity: monotone, asked for ahead, and only where a law has one."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.activity import Activity, activity_in, added_by, is_limited
from services.screening.domain.facts import Facts
from shared.contracts import RoleKind
from shared.contracts.intake import Risk
from shared.law import Factor, law

FIRST = date(2026, 11, 2)
DAYS = st.dictionaries(
    st.integers(0, 380).map(lambda day: FIRST + timedelta(days=day)), st.integers(1, 60), max_size=40
)
CHILDREN: frozenset[Risk] = frozenset(("works-with-clients", "minors", "one-on-one"))


def mentor(place: str, days: int | None = 2, age: int | None = 30) -> Facts:
    """A mentor of children at a place, whose role says how often."""
    places: dict[Factor, str] = {"decision": place, "site": place, "organisation": place}
    return Facts(RoleKind.MENTOR, FIRST, CHILDREN, places, age=age, days=days)


def asked(facts: Facts, activity: Activity) -> set[str]:
    """What the activity asks for."""
    return {step.check for step in added_by(facts, law(), activity)}


@given(messages=DAYS, more=DAYS)
def test_more_messages_are_never_less_activity(messages: Mapping[date, int], more: Mapping[date, int]) -> None:
    """R39, R40: in whatever order and number they come, activity only grows, and so does what it asks for."""
    both = {day: messages.get(day, 0) + more.get(day, 0) for day in {*messages, *more}}
    less, most = activity_in(messages, 0.25), activity_in(both, 0.25)
    assert less.month <= most.month
    assert less.year <= most.year
    assert less.days <= most.days <= 30
    for place in ("US-CA", "GB-ENG"):
        assert asked(mentor(place), less) <= asked(mentor(place), most)
        assert asked(mentor(place), less) <= asked(mentor(place), less.ahead())


@given(messages=DAYS)
def test_days_are_counted_in_any_thirty(messages: Mapping[date, int]) -> None:
    """As by looking at each day of the year."""
    every = (FIRST + timedelta(days=start) for start in range(-30, 400))
    most = max(sum(day <= each < day + timedelta(days=30) for each in messages) for day in every)
    assert activity_in(messages, 1.0).days == most


@pytest.mark.parametrize(
    ("month", "year", "now", "ahead"),
    [
        (12.0, 24.0, False, False), (12.25, 12.25, False, True), (16.0, 16.0, False, True), (16.25, 16.25, True, True),
        (3.0, 24.25, False, True), (3.0, 32.0, False, True), (3.0, 32.25, True, True),
    ],
)  # fmt: skip
def test_californias_hours_are_asked_for_ahead(month: float, year: float, now: bool, ahead: bool) -> None:
    """R42: above 16 hours in a month or 32 in a year; above three quarters of that it is asked ahead."""
    both = {"fingerprint-check", "mandated-reporter-training"}
    assert asked(mentor("US-CA"), Activity(month, year)) == (both if now else set())
    assert asked(mentor("US-CA"), Activity(month, year).ahead()) == (both if ahead else set())
    assert asked(mentor("US-CA", age=17), Activity(month, year)) == set()


@pytest.mark.parametrize(("days", "now", "ahead"), [(2, False, False), (3, False, True), (4, True, True)])
def test_englands_days_are_asked_for_ahead(days: int, now: bool, ahead: bool) -> None:
    """R43: four days in 30 take the barred list; on the third it is asked ahead. Declared days count already."""
    facts, activity = mentor("GB-ENG"), Activity(days=days)
    assert asked(facts, activity) == ({"barred-list-check"} if now else set())
    assert asked(facts, activity.ahead()) == ({"barred-list-check"} if ahead else set())
    for declared in (None, 8):
        assert asked(mentor("GB-ENG", declared), activity) == set()


def test_where_no_law_has_a_limit_none_is_kept() -> None:
    """R35: nobody is asked for more because they write often."""
    assert not is_limited(mentor("GB-SCT"), law())
    assert not is_limited(mentor("AF"), law())
    assert is_limited(mentor("US-CA"), law())
    assert is_limited(mentor("GB-ENG"), law())
