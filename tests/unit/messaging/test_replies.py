"""The reply clock: when an answer is due (R9, R11), who owes one (trap 6), whose silence weighs more (R10)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.domain.away import Absence, merged
from services.messaging.domain.replies import Limits, due_at, new_debtors
from shared.contracts import Contradiction, RoleKind
from shared.contracts.matching import Member

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TWO_DAYS = 48 * HOUR
MENTOR = Member(person=UUID(int=1), role=RoleKind.MENTOR)
MENTEE = Member(person=UUID(int=2), role=RoleKind.MENTEE)
FACILITATOR = Member(person=UUID(int=3), role=RoleKind.FACILITATOR)

moments = st.integers(-2_000, 2_000).map(lambda minutes: MONDAY + timedelta(minutes=minutes * 7))
limits = st.integers(1, 400).map(lambda hours: hours * HOUR)
absences = st.lists(
    st.builds(
        lambda starts, minutes: Absence(starts, starts + timedelta(minutes=minutes)), moments, st.integers(0, 9_000)
    ),
    max_size=6,
)


def away(from_hour: int, to_hour: int) -> Absence:
    """An absence, in hours after the message."""
    return Absence(MONDAY + from_hour * HOUR, MONDAY + to_hour * HOUR)


def due_after(*absences: Absence) -> float:
    """Hours from the message until a mentor's answer is due."""
    return (due_at(MONDAY, TWO_DAYS, absences) - MONDAY) / HOUR


def test_without_an_absence_an_answer_is_due_after_the_limit() -> None:
    """R9: 48 hours."""
    assert due_after() == 48


@pytest.mark.parametrize(
    ("absences", "hours"),
    [
        ([away(10, 34)], 72),  # away in the middle
        ([away(-10, 5)], 53),  # the message came while away
        ([away(-10, -1)], 48),  # back before the message
        ([away(49, 99)], 48),  # leaves after the answer was due
        ([away(47, 147)], 148),  # leaves one hour before it is due
        ([away(48, 60)], 60),  # leaves at the very moment: not overdue while away
        ([away(10, 20), away(30, 40)], 68),  # away twice
        ([away(10, 30), away(20, 40)], 78),  # overlapping notices count once
        ([away(10, 30), away(12, 20)], 68),  # one inside the other
        ([away(10, 20), away(20, 30)], 68),  # touching
        ([away(20, 20)], 48),  # withdrawn before it began
    ],
)
def test_time_away_is_not_counted(absences: list[Absence], hours: float) -> None:
    """R11, trap 5: an absence pauses the person's clock, wherever it lies."""
    assert due_after(*absences) == hours


def test_a_change_to_summer_time_changes_no_limit() -> None:
    """Trap 5: clocks run in UTC; the night of 28 March 2027 has 24 hours like any other."""
    before = datetime(2027, 3, 27, 12, tzinfo=UTC)
    assert due_at(before, TWO_DAYS, []) == datetime(2027, 3, 29, 12, tzinfo=UTC)


@given(moments, limits, absences)
def test_exactly_the_limit_passes_outside_absences(since: datetime, limit: timedelta, times: list[Absence]) -> None:
    """R11: from the message until the answer is due, what is not absence adds up to the limit."""
    due = due_at(since, limit, times)
    inside = sum(
        (max(min(one.ends, due) - max(one.starts, since), timedelta()) for one in merged(times)), start=timedelta()
    )
    assert due - since - inside == limit


@given(moments, limits, absences)
def test_no_answer_becomes_due_during_an_absence(since: datetime, limit: timedelta, times: list[Absence]) -> None:
    """Trap 5: reply.overdue is not said of a person who is away."""
    due = due_at(since, limit, times)
    assert not any(one.starts <= due < one.ends for one in times)


@given(moments, moments, limits, absences)
def test_an_older_message_is_due_no_later(
    one: datetime, other: datetime, limit: timedelta, times: list[Absence]
) -> None:
    """R9: who was written to first is not asked later."""
    first, second = sorted((one, other))
    assert due_at(first, limit, times) <= due_at(second, limit, times)


@given(moments, limits, limits, absences)
def test_a_longer_limit_is_due_no_earlier(
    since: datetime, one: timedelta, other: timedelta, times: list[Absence]
) -> None:
    """R10: a more patient limit never hurries."""
    shorter, longer = sorted((one, other))
    assert due_at(since, shorter, times) <= due_at(since, longer, times)


@given(moments, limits, absences, absences)
def test_another_absence_never_hurries(
    since: datetime, limit: timedelta, times: list[Absence], more: list[Absence]
) -> None:
    """R11: a notice can only give more time."""
    assert due_at(since, limit, times) <= due_at(since, limit, times + more)


@given(moments, limits, absences, st.randoms())
def test_order_and_overlap_of_notices_do_not_matter(
    since: datetime, limit: timedelta, times: list[Absence], random: object
) -> None:
    """R11: overlapping notices are one stretch of time, in whatever order they came."""
    assert due_at(since, limit, times[::-1]) == due_at(since, limit, merged(times)) == due_at(since, limit, times * 2)


@given(moments, limits, absences)
def test_an_absence_after_the_due_time_has_no_effect(since: datetime, limit: timedelta, times: list[Absence]) -> None:
    """R11: leaving after the limit excuses nothing."""
    due = due_at(since, limit, times)
    assert due_at(since, limit, [*times, Absence(due + HOUR, due + 99 * HOUR)]) == due
    assert due_at(since, limit, [*times, Absence(since - 99 * HOUR, since)]) == due


def test_the_limit_is_that_of_who_owes_the_answer() -> None:
    """R10: a mentor has 48 hours and a mentee 96 where nothing else was said."""
    assert (Limits().of(RoleKind.MENTOR), Limits().of(RoleKind.MENTEE)) == (48 * HOUR, 96 * HOUR)
    assert Limits(24, 72).of(RoleKind.MENTEE) == 72 * HOUR


@pytest.mark.parametrize("hours", [0, -1, 24 * 366 + 1])
def test_a_limit_that_cannot_be_meant_is_refused(hours: int) -> None:
    """R9: a limit of no hours would call everybody late."""
    with pytest.raises(Contradiction, match="correct the offering"):
        Limits(hours, 96)


def test_a_message_that_needs_an_answer_makes_the_other_one_owe_it() -> None:
    """R9: in each direction."""
    assert new_debtors(MENTEE.person, [MENTOR, MENTEE], True, []) == [MENTOR]
    assert new_debtors(MENTOR.person, [MENTOR, MENTEE], True, []) == [MENTEE]


def test_a_message_that_needs_no_answer_makes_nobody_owe_one() -> None:
    """R9: the sender says so."""
    assert new_debtors(MENTEE.person, [MENTOR, MENTEE], False, []) == []


def test_a_second_message_before_the_answer_makes_no_second_debt() -> None:
    """Trap 6: two quick messages are one debt."""
    assert new_debtors(MENTEE.person, [MENTOR, MENTEE], True, [MENTOR.person]) == []


def test_a_facilitator_owes_no_answer() -> None:
    """R5: a facilitator reads along; only mentor and mentee have a reply clock."""
    assert new_debtors(MENTEE.person, [MENTOR, MENTEE, FACILITATOR], True, []) == [MENTOR]
