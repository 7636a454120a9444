"""What bars a pair, what speaks for it, and that the solver finds an optimum of exactly that."""

import random
import time
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching import solver
from services.matching.domain.assignment import Assignment, Barred, History, LeftOut, Two, bar, score, terms
from services.matching.domain.pool import Candidate
from shared.contracts import RoleKind
from tests.unit.matching.people import crowd, mentee, mentor, people, person

People = list[Candidate]

NOTHING = History()
TWO = frozenset((person(1), person(100)))

MENTORS, MENTEES = people(RoleKind.MENTOR, 4, most_places=3), people(RoleKind.MENTEE, 4)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Some of the people of a small pool know each other already."""
    twos = st.frozensets(
        st.lists(st.integers(1, 6), min_size=2, max_size=2, unique=True).map(lambda two: frozenset(map(person, two))),
        max_size=4,
    )
    return History(draw(twos), draw(twos))


def pairs_of(found: Assignment) -> set[tuple[UUID, UUID]]:
    """Who is proposed to whom."""
    return {(one.mentor, one.mentee) for one in found.proposals}


def best_of_all(mentors: list[Candidate], mentees: list[Candidate], history: History) -> tuple[int, int]:
    """The most pairs, and the highest total score of so many, by trying everything."""
    best = (0, 0)
    for choice in product([None, *mentors], repeat=len(mentees)):
        chosen = [(one, other) for one, other in zip(choice, mentees, strict=True) if one]
        within = all(sum(one is taken for one, _ in chosen) <= taken.places for taken in mentors)
        if within and not any(bar(one, other, history) for one, other in chosen):
            best = max(best, (len(chosen), sum(score(one, other) for one, other in chosen)))
    return best


@settings(deadline=None)
@given(MENTORS, MENTEES, histories())
def test_the_assignment_is_the_best_there_is(mentors: People, mentees: People, history: History) -> None:
    """Section 4 (4): as many pairs as possible, and of those the highest score; every other way was tried."""
    found = solver.solve(mentors, mentees, history)
    assert (len(found.proposals), found.total_score) == best_of_all(mentors, mentees, history)


@settings(deadline=None)
@given(MENTORS, MENTEES, histories())
def test_barred_pairs_are_never_proposed_and_hours_never_exceeded(
    mentors: People, mentees: People, history: History
) -> None:
    """Trap 14: never a barred pair, never beyond hours, one mentor for a mentee; each score is the sum of its terms."""
    found = solver.solve(mentors, mentees, history)
    by_id = {(one.role, one.person): one for one in (*mentors, *mentees)}
    for one in found.proposals:
        two = by_id[RoleKind.MENTOR, one.mentor], by_id[RoleKind.MENTEE, one.mentee]
        assert bar(*two, history) is None
        assert one.score == sum(term.points for term in terms(*two))
    taken = [one.mentor for one in found.proposals]
    assert all(taken.count(one.person) <= one.places for one in mentors)
    assert len({one.mentee for one in found.proposals}) == len(found.proposals)


@settings(deadline=None)
@given(MENTORS, MENTEES, histories(), st.randoms(use_true_random=False))
def test_the_same_people_in_another_order_give_the_same(
    mentors: People, mentees: People, history: History, chance: random.Random
) -> None:
    """Trap 14: deterministic."""
    found = solver.solve(mentors, mentees, history)
    chance.shuffle(mentors)
    chance.shuffle(mentees)
    assert solver.solve(mentors, mentees, history) == found


@settings(deadline=None)
@given(MENTORS, MENTEES, histories())
def test_everybody_is_proposed_or_left_out_with_a_true_reason(
    mentors: People, mentees: People, history: History
) -> None:
    """Trap 14: left-out people get a reason."""
    found = solver.solve(mentors, mentees, history)
    proposed = {(RoleKind.MENTOR, one.mentor) for one in found.proposals}
    proposed |= {(RoleKind.MENTEE, one.mentee) for one in found.proposals}
    everybody = {(one.role, one.person): one for one in (*mentors, *mentees)}
    assert {(one.role, one.person) for one in found.unmatched} == everybody.keys() - proposed
    for left_out in found.unmatched:
        me = everybody[left_out.role, left_out.person]
        others = mentees if me.role is RoleKind.MENTOR else mentors
        twos = [(me, other) if me.role is RoleKind.MENTOR else (other, me) for other in others]
        bars = [reason for two in twos if (reason := bar(*two, history))]
        assert left_out.barred == {reason.value: bars.count(reason) for reason in bars}
        expected = LeftOut.ALL_BARRED if len(bars) == len(others) else LeftOut.NO_PLACE_LEFT
        assert left_out.reason is (expected if others else LeftOut.NOBODY_TO_PAIR_WITH)


@settings(deadline=None)
@given(MENTORS, MENTEES, histories())
def test_the_matrices_hold_what_the_rules_say(mentors: People, mentees: People, history: History) -> None:
    """The solver's filter and score are domain/assignment.py's, pair by pair; blocking pairs are counted rightly."""
    bars, scores = solver.matrices(mentors, mentees, history)
    for row, one in enumerate(mentors):
        for column, other in enumerate(mentees):
            reason = bar(one, other, history)
            assert bars[row, column] == (solver.BARS.index(reason) + 1 if reason else 0)
            assert scores[row, column] == score(one, other)
    found = solver.solve(mentors, mentees, history)
    assert found.blocking_pairs == blocking(found, mentors, mentees, history)


def blocking(found: Assignment, mentors: list[Candidate], mentees: list[Candidate], history: History) -> int:
    """Blocking pairs, counted one by one."""
    got = {one.mentee: one.score for one in found.proposals}
    count = 0
    for one, other in product(mentors, mentees):
        mine = [proposal.score for proposal in found.proposals if proposal.mentor == one.person]
        worst = -1 if len(mine) < one.places else min(mine)
        value = score(one, other)
        count += not bar(one, other, history) and value > worst and value > got.get(other.person, -1)
    return count


@pytest.mark.parametrize(
    ("one", "other", "history", "expected"),
    [
        (mentor(), mentee(), NOTHING, None),
        (mentor(100), mentee(100), NOTHING, Barred.SAME_PERSON),
        (mentor(), mentee(), History(paired={TWO}), Barred.PAIRED_BEFORE),
        (mentor(), mentee(), History(proposed_elsewhere={TWO}), Barred.PROPOSED_ELSEWHERE),
        (mentor(languages={"en"}), mentee(languages={"fa"}), NOTHING, Barred.NO_COMMON_LANGUAGE),
        (mentor(languages={"en"}), mentee(), NOTHING, None),
        (mentor(free_hours={8}), mentee(free_hours={9}), NOTHING, Barred.NO_COMMON_HOUR),
        (mentor(free_hours={8}), mentee(), NOTHING, None),
        (mentor(free_hours={8, 9}), mentee(free_hours={9}), NOTHING, None),
    ],
)
def test_a_bar_has_a_name_and_what_is_not_known_bars_nobody(
    one: Candidate, other: Candidate, history: History, expected: Barred | None
) -> None:
    """Section 4 (1) and (2): hard filters with a named reason, missing data neutral."""
    assert bar(one, other, history) is expected


@pytest.mark.parametrize(
    ("one", "other", "term", "points", "known"),
    [
        (mentor(skills={"a", "b"}), mentee(goals={"a", "b", "c"}), "goals-met", 666, True),
        (mentor(skills={"a"}), mentee(goals={"b"}), "goals-met", 0, True),
        (mentor(skills={"a"}), mentee(), "goals-met", 500, False),
        (mentor(free_hours={1, 2, 3}), mentee(free_hours={2, 3, 4}), "common-hours", 40, True),
        (mentor(free_hours={*range(50)}), mentee(free_hours={*range(50)}), "common-hours", 200, True),
        (mentor(), mentee(free_hours={2}), "common-hours", 100, False),
        (mentor(languages={"en", "fa"}), mentee(languages={"en", "fa"}), "more-languages", 50, True),
        (mentor(languages={"en"}), mentee(languages={"en"}), "more-languages", 0, True),
        (mentor(), mentee(), "more-languages", 50, False),
        (mentor(waiting_days=3), mentee(waiting_days=40), "waiting", 215, True),
    ],
)
def test_each_term_is_shown_with_its_points(
    one: Candidate, other: Candidate, term: str, points: int, known: bool
) -> None:
    """Section 4 (2): explainable; what is not known counts half and is marked."""
    (found,) = [one_term for one_term in terms(one, other) if one_term.term == term]
    assert (found.points, found.known) == (points, known)


def test_whoever_waits_long_enough_comes_first() -> None:
    """Section 4 (4): nobody waits for ever, not even a mentee whose goals nobody meets."""
    one = mentor(skills={"a"})
    fitting, waiting = mentee(100, goals={"a"}), mentee(101, waiting_days=300, goals={"b"})
    assert pairs_of(solver.solve([one], [fitting, waiting], NOTHING)) == {(person(1), person(101))}


def test_more_pairs_come_before_a_higher_score() -> None:
    """Section 4 (4): nobody is left out for the sake of points."""
    gifted, other = mentor(1, skills={"a"}, languages={"en", "fa"}), mentor(2, skills={"b"}, languages={"en"})
    hers, his = mentee(100, goals={"a"}, languages={"en"}), mentee(101, goals={"z"}, languages={"fa"})
    found = solver.solve([gifted, other], [hers, his], NOTHING)
    assert pairs_of(found) == {(person(1), person(101)), (person(2), person(100))}
    assert found.blocking_pairs == 1


def test_nobody_is_a_pool_too() -> None:
    """An empty side leaves the other one out."""
    assert solver.solve([], [], NOTHING) == Assignment([], [], 0, 0)
    assert [one.reason for one in solver.solve([mentor()], [], NOTHING).unmatched] == [LeftOut.NOBODY_TO_PAIR_WITH]
    assert [one.reason for one in solver.solve([], [mentee()], NOTHING).unmatched] == [LeftOut.NOBODY_TO_PAIR_WITH]


@pytest.mark.parametrize("places", [1, 3])
def test_five_hundred_and_five_hundred(places: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Section 4: a pool of this size is solved at once; the time is told, not asserted."""
    chance = random.Random(7)
    mentors, mentees = (crowd(RoleKind.MENTOR, 500, chance, places), crowd(RoleKind.MENTEE, 500, chance))
    met: set[Two] = {frozenset((chance.choice(mentors).person, chance.choice(mentees).person)) for _ in range(300)}
    started = time.perf_counter()
    found = solver.solve(mentors, mentees, History(paired=met))
    seconds = time.perf_counter() - started
    with capsys.disabled():
        print(f"\n500 x 500, up to {places} places: {seconds:.3f} s, {len(found.proposals)} pairs")  # noqa: T201
    assert len(found.proposals) == 500
    assert not {frozenset((one.mentor, one.mentee)) for one in found.proposals} & met
