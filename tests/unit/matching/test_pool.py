"""Who is in a pool, how many pairs their hours carry, and why somebody cannot be paired now."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.pool import (
    Candidate,
    Clearance,
    Engagement,
    Knowledge,
    Unavailable,
    places_left,
    pool,
    spoken_language,
)
from shared.contracts import RoleKind
from tests.unit.matching.people import KABUL, person, profile

TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
ONE = person(1)


def clearance(role: RoleKind = RoleKind.MENTOR, state: str = "cleared", **values: Any) -> Clearance:
    """What screening said of one person."""
    usual: dict[str, Any] = {"site": KABUL, "valid_until": TODAY + DAY, "cleared_on": TODAY - 3 * DAY}
    return Clearance(person=ONE, role=role, state=state, **(usual | values))


def only(
    clearances: Iterable[Clearance], engagement: Engagement | None = None, **values: Any
) -> tuple[int, Unavailable | None]:
    """The places and the reason of the one person of a pool."""
    (found,) = everybody(clearances, engagement, **values)
    return found.places, found.reason


def everybody(clearances: Iterable[Clearance], engagement: Engagement | None = None, **values: Any) -> list[Candidate]:
    """A pool of one person, in one or both roles."""
    known = Knowledge(
        clearances=list(clearances),
        profiles={ONE: profile(**values)},
        engagements={ONE: engagement} if engagement else {},
    )
    return pool(known, KABUL, TODAY)


@pytest.mark.parametrize(
    ("weekly_hours", "places"),
    [(0.0, 1), (0.5, 1), (1.0, 1), (1.99, 1), (2.0, 2), (7.5, 7), (float("inf"), 168)],
)
def test_hours_carry_pairs(weekly_hours: float, places: int) -> None:
    """R7: about an hour a week for each; whoever was admitted has time for one."""
    assert only([clearance()], weekly_hours=weekly_hours) == (places, None)


@given(st.floats(0, 168), st.integers(0, 10))
def test_places_never_exceed_the_hours(weekly_hours: float, pairs: int) -> None:
    """R7, trap 14."""
    left = places_left(profile(weekly_hours=weekly_hours), pairs)
    assert left >= 0
    assert pairs + left <= max(1.0, weekly_hours, pairs)


@pytest.mark.parametrize(
    ("said", "engagement", "expected"),
    [
        ([clearance(valid_until=TODAY)], None, (2, None)),
        ([clearance(valid_until=TODAY - DAY)], None, (0, Unavailable.CLEARANCE_LAPSED)),
        ([clearance()], Engagement(pairs=1), (1, None)),
        ([clearance()], Engagement(pairs=2), (0, Unavailable.HOURS_FULL)),
        ([clearance()], Engagement(pairs=3), (0, Unavailable.HOURS_FULL)),
        ([clearance()], Engagement(pairs=1, elsewhere=1), (0, Unavailable.PROPOSED_ELSEWHERE)),
        ([clearance()], Engagement(elsewhere=1), (1, None)),
        ([clearance(RoleKind.MENTEE)], None, (1, None)),
        ([clearance(RoleKind.MENTEE)], Engagement(pairs=1), (1, None)),
        ([clearance(RoleKind.MENTEE)], Engagement(1, 0, has_mentor_here=True), (0, Unavailable.HAS_MENTOR)),
        ([clearance(state="ended"), clearance()], None, (2, None)),
        ([clearance(valid_until=TODAY - DAY), clearance()], None, (2, None)),
    ],
)
def test_places_and_the_reason_for_none(
    said: list[Clearance], engagement: Engagement | None, expected: tuple[int, Unavailable | None]
) -> None:
    """Section 4 (1), R7: with two weekly hours."""
    assert only(said, engagement, weekly_hours=2.0) == expected


@pytest.mark.parametrize("state", ["declined", "ended"])
def test_whoever_is_not_cleared_is_in_no_pool(state: str) -> None:
    """Trap 15: nothing here tells of a decline, or of an ended clearance."""
    assert everybody([clearance(state=state)]) == []
    assert everybody([clearance(RoleKind.FACILITATOR)]) == []


def test_an_applicant_is_being_screened_until_screening_has_spoken() -> None:
    """A coordinator sees who will come; not who was declined."""
    applied = [(ONE, RoleKind.MENTOR, KABUL), (person(2), RoleKind.MENTEE, KABUL)]
    known = Knowledge(applied=applied, clearances=[clearance(state="declined")])
    assert [(one.person, one.reason) for one in pool(known, KABUL, TODAY)] == [(person(2), Unavailable.BEING_SCREENED)]


@pytest.mark.parametrize(("absent", "reason"), [([], "profile-not-read"), ([ONE], "profile-unknown")])
def test_a_candidate_needs_a_profile(absent: list[UUID], reason: str) -> None:
    """Not read yet, or not known to intake."""
    (found,) = pool(Knowledge(clearances=[clearance()], absent=absent), KABUL, TODAY)
    assert (found.places, found.reason) == (0, reason)


@pytest.mark.parametrize(
    ("weekly_hours", "as_mentor"), [(1.0, (0, Unavailable.HOURS_KEPT_AS_MENTEE)), (2.0, (1, None)), (3.5, (2, None))]
)
def test_whoever_waits_on_both_sides_keeps_an_hour_for_being_mentored(
    weekly_hours: float, as_mentor: tuple[int, Unavailable | None]
) -> None:
    """R7, trap 14: one run never gives a person more than their hours."""
    mentee, mentor = everybody([clearance(), clearance(RoleKind.MENTEE)], weekly_hours=weekly_hours)
    assert (mentee.role, mentee.places) == (RoleKind.MENTEE, 1)
    assert (mentor.places, mentor.reason) == as_mentor


def test_waiting_counts_from_the_first_clearing_and_the_own_site_stands_first() -> None:
    """Section 4 (4): waiting time in days; where a person is cleared twice, the offering's site is theirs."""
    older = clearance(site="net.jo", cleared_on=TODAY - 9 * DAY)
    (found,) = everybody([older, clearance()])
    assert (found.waiting_days, found.site) == (9, KABUL)
    (found,) = everybody([older, clearance(site="net.af")])
    assert found.site == "net.af"


@pytest.mark.parametrize(("tag", "language"), [("fa-AF", "fa"), ("en", "en"), ("zh-Hant-TW", "zh")])
def test_people_meet_in_a_language_wherever_it_is_spoken(tag: str, language: str) -> None:
    """Section 4: a common language, not a common country."""
    assert spoken_language(tag) == language
