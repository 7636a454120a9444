"""The assignment of mentors and mentees as matrices: filter, score, and a global optimum.

numpy and scipy take some 60 MB, which a process never gives back: `runs.py` starts this module as a process for each
run, so that an idle service stays small. It reads the pickled arguments of `solve` and writes the pickled answer.
"""

import pickle
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from services.matching.domain.assignment import (
    GOALS_POINTS,
    HOUR_POINTS,
    HOURS_COUNTED,
    LANGUAGE_POINTS,
    LANGUAGES_COUNTED,
    WAITING_POINTS,
    Assignment,
    Barred,
    History,
    LeftOut,
    Proposed,
    Two,
    Unmatched,
)
from services.matching.domain.pool import Candidate, Profile
from shared.contracts import RoleKind

Matrix = NDArray[Any]

BARS = list(Barred)
"""A bar is kept as its place in this list plus one; 0 is no bar."""


def solve(mentors: Sequence[Candidate], mentees: Sequence[Candidate], history: History) -> Assignment:
    """As many pairs as possible, and of those assignments one with the highest score. Same input, same output.

    A mentor takes as many mentees as there are `places`; a mentee one mentor. Barred pairs are never chosen.
    """
    mentors = sorted((one for one in mentors if one.places), key=lambda one: one.person)
    mentees = sorted((one for one in mentees if one.places), key=lambda one: one.person)
    bars, scores = matrices(mentors, mentees, history)
    rows, columns = _assign(bars, scores, np.array([one.places for one in mentors], dtype=np.int64))
    proposals = [
        Proposed(mentors[row].person, mentees[column].person, int(scores[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    unmatched = _unmatched(mentors, rows, bars) + _unmatched(mentees, columns, bars.T)
    blocking = _blocking(bars, scores, rows, columns, mentors)
    return Assignment(proposals, unmatched, int(np.count_nonzero(bars)), blocking)


def matrices(mentors: Sequence[Candidate], mentees: Sequence[Candidate], history: History) -> tuple[Matrix, Matrix]:
    """For each mentor (row) and mentee (column): the bar, and the score; the same as domain.assignment's."""
    hours, hours_known = _common(mentors, mentees, lambda one: one.free_hours, lambda one: one.free_hours)
    languages, languages_known = _common(mentors, mentees, lambda one: one.languages, lambda one: one.languages)
    met, met_known = _common(mentors, mentees, lambda one: one.skills, lambda one: one.goals)
    goals = np.array([max(1, len(_profile(one).goals)) for one in mentees], dtype=np.int32)
    scores = np.where(met_known, GOALS_POINTS * met // goals, GOALS_POINTS // 2)
    scores += _points(hours, hours_known, HOUR_POINTS, HOURS_COUNTED)
    scores += _points(languages - 1, languages_known, LANGUAGE_POINTS, LANGUAGES_COUNTED)
    scores += np.add.outer(_waiting(mentors), _waiting(mentees))
    bars = np.zeros(scores.shape, dtype=np.uint8)
    bars[hours_known & (hours == 0)] = _code(Barred.NO_COMMON_HOUR)
    bars[languages_known & (languages == 0)] = _code(Barred.NO_COMMON_LANGUAGE)
    _bar_known(bars, mentors, mentees, history)
    return bars, scores


def _common(
    mentors: Sequence[Candidate],
    mentees: Sequence[Candidate],
    of_mentor: Callable[[Profile], AbstractSet[Hashable]],
    of_mentee: Callable[[Profile], AbstractSet[Hashable]],
) -> tuple[Matrix, Matrix]:
    """How many values each two have in common, and whether both have any: a product of two 0-1 matrices."""
    left = [of_mentor(_profile(one)) for one in mentors]
    right = [of_mentee(_profile(one)) for one in mentees]
    shared = set[Hashable]().union(*left) & set[Hashable]().union(*right)
    place = {value: number for number, value in enumerate(shared)}
    counts = (_indicators(left, place) @ _indicators(right, place).T).astype(np.int32)
    return counts, np.logical_and.outer([bool(one) for one in left], [bool(one) for one in right])


def _indicators(sets: Sequence[AbstractSet[Hashable]], place: dict[Hashable, int]) -> Matrix:
    found = np.zeros((len(sets), len(place)), dtype=np.float32)  # sums of ones are exact up to 2**24
    for row, values in enumerate(sets):
        found[row, [place[value] for value in values if value in place]] = 1
    return found


def _profile(candidate: Candidate) -> Profile:
    if candidate.profile is None:
        raise ValueError(f"{candidate.person} is no candidate: no profile has been read.")
    return candidate.profile


def _points(counts: Matrix, known: Matrix, points: int, most: int) -> Matrix:
    return np.where(known, points * np.clip(counts, 0, most), points * most // 2).astype(np.int32)


def _waiting(candidates: Sequence[Candidate]) -> Matrix:
    return np.array([WAITING_POINTS * one.waiting_days for one in candidates], dtype=np.int32)


def _code(reason: Barred) -> int:
    return BARS.index(reason) + 1


def _bar_known(bars: Matrix, mentors: Sequence[Candidate], mentees: Sequence[Candidate], history: History) -> None:
    """Bars between named people, the strongest last."""
    row_of = {one.person: row for row, one in enumerate(mentors)}
    column_of = {one.person: column for column, one in enumerate(mentees)}
    same = [frozenset((person,)) for person in row_of.keys() & column_of.keys()]
    named: list[tuple[Barred, Sequence[Two]]] = [
        (Barred.PROPOSED_ELSEWHERE, list(history.proposed_elsewhere)),
        (Barred.PAIRED_BEFORE, list(history.paired)),
        (Barred.SAME_PERSON, same),
    ]
    for reason, pairs in named:
        for two in pairs:
            for mentor in two & row_of.keys():
                (mentee,) = two - {mentor} or two
                if mentee in column_of:
                    bars[row_of[mentor], column_of[mentee]] = _code(reason)


def _assign(bars: Matrix, scores: Matrix, places: Matrix) -> tuple[Matrix, Matrix]:
    """Rows and columns of the chosen pairs.

    A pair is worth more than all scores together, a barred one nothing: so the number of pairs comes first. All
    values are whole numbers below 2**53 and therefore exact.
    """
    if not bars.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    places = np.minimum(places, bars.shape[1])
    of_slot = np.repeat(np.arange(len(places)), places)
    pair = (int(scores.max()) + 1) * (min(len(of_slot), bars.shape[1]) + 1)
    worth = np.where(bars == 0, scores.astype(np.float64) + pair, 0.0)
    slots, columns = linear_sum_assignment(worth[of_slot], maximize=True)
    rows = of_slot[slots]
    allowed = bars[rows, columns] == 0
    return rows[allowed], columns[allowed]


def _unmatched(candidates: Sequence[Candidate], matched: Matrix, bars: Matrix) -> list[Unmatched]:
    """Those of one side (the rows of `bars`) whom nobody was found for."""
    got = set(matched.tolist())
    return [
        _left_out(candidate.person, candidate.role, bars[row])
        for row, candidate in enumerate(candidates)
        if row not in got
    ]


def _left_out(person: Any, role: RoleKind, bars: Matrix) -> Unmatched:
    counts = Counter(
        {BARS[code - 1].value: int(count) for code, count in enumerate(np.bincount(bars)) if code and count}
    )
    if not len(bars):
        reason = LeftOut.NOBODY_TO_PAIR_WITH
    else:
        reason = LeftOut.ALL_BARRED if counts.total() == len(bars) else LeftOut.NO_PLACE_LEFT
    return Unmatched(person, role, reason, dict(counts))


def _blocking(bars: Matrix, scores: Matrix, rows: Matrix, columns: Matrix, mentors: Sequence[Candidate]) -> int:
    """How many two would both rather have each other: the price of the common optimum, shown as a number."""
    if not bars.size:
        return 0
    chosen = scores[rows, columns]
    of_mentee = np.full(bars.shape[1], -1, dtype=np.int64)
    of_mentee[columns] = chosen
    worst = np.full(bars.shape[0], np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(worst, rows, chosen)
    has_place = np.bincount(rows, minlength=len(mentors)) < [one.places for one in mentors]
    worst[has_place] = -1
    return int(np.count_nonzero((bars == 0) & (scores > worst[:, None]) & (scores > of_mentee[None, :])))


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(solve(*pickle.load(sys.stdin.buffer))))  # noqa: S301 our own process wrote it
