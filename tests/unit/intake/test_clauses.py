"""Documents with numbered clauses, their hash, and what has to be answered to sign them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.clauses import (
    AnswerKind,
    Clause,
    check_translates,
    fault,
    faults_of_answers,
    opens_talk,
    sha256,
)
from shared.contracts import Contradiction

GIFTS = Clause("3.2", "boundary", "No gifts.")
CLAUSES = [Clause("1", "conduct", "Be kind."), Clause("3", "dismissal", "Who harms somebody leaves."), GIFTS]

words = st.text(max_size=20)
clauses = st.lists(st.builds(Clause, st.just("1"), st.sampled_from(["conduct", "other"]), words), max_size=3)


def test_a_text_without_clauses_keeps_its_hash() -> None:
    """R69: what was signed before clauses came to be has the hash of its text."""
    assert sha256("abc", []) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(text=words, other=words, some=clauses, more=clauses)
def test_the_hash_is_of_the_whole(text: str, other: str, some: list[Clause], more: list[Clause]) -> None:
    """R72: two hashes are the same only where text and clauses are, so nothing can be moved between the two."""
    same = (text, some) == (other, more)
    assert (sha256(text, some) == sha256(other, more)) is same


@pytest.mark.parametrize(
    ("numbers", "good"),
    [
        (["1", "2", "2.1", "2.10", "3"], True),
        (["2", "10"], True),
        ([], True),
        (["1", "1"], False),
        (["2.10", "2.9"], False),
        (["2", "1"], False),
    ],
)
def test_numbers_rise(numbers: list[str], good: bool) -> None:
    """R55: a number names one clause."""
    assert (fault([Clause(number, "other", "x") for number in numbers]) is None) is good


def test_a_translation_has_the_same_clauses() -> None:
    """R55: one number is the same clause in every language; words differ, numbers and kinds do not."""
    check_translates(CLAUSES, [replace(clause, text="...") for clause in CLAUSES])
    for other in (
        [*CLAUSES[:2]],
        [*CLAUSES, Clause("4", "other", "x")],
        [*CLAUSES[:2], replace(GIFTS, kind="conduct")],
    ):
        with pytest.raises(Contradiction, match=r"3\.2|4"):
            check_translates(CLAUSES, other)


def test_each_clause_is_answered_once() -> None:
    """R70: a clause without an answer, twice answered, or not there is named."""
    numbers = [clause.number for clause in CLAUSES]
    assert faults_of_answers(numbers, [(number, "no-question") for number in numbers]) == {}
    assert faults_of_answers(numbers, [("1", "concern")]).keys() == {"answers.3", "answers.3.2"}
    wrong: list[tuple[str, AnswerKind]] = [
        ("1", "question"),
        ("1", "concern"),
        ("3", "no-question"),
        ("3.2", "no-question"),
        ("9", "concern"),
    ]
    assert faults_of_answers(numbers, wrong).keys() == {"answers.1", "answers.9"}


def test_a_text_without_clauses_may_be_asked_about() -> None:
    """R70: it is a document of one clause, 1, and was signed without an answer before."""
    assert faults_of_answers([], []) == {}
    assert faults_of_answers([], [("1", "concern")]) == {}
    assert faults_of_answers([], [("2", "concern")]).keys() == {"answers.2"}


def test_a_question_and_a_concern_open_a_talk() -> None:
    """R71: whoever has neither is not talked with."""
    assert opens_talk(["no-question", "question"])
    assert opens_talk(["concern"])
    assert not opens_talk(["no-question"])
    assert not opens_talk([])
