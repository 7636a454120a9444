"""Training: two hours at the least, graded by the course's mark, bounded tries (R75)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.data import courses
from services.screening.domain.training import (
    ATTEMPTS_A_DAY,
    Course,
    check_ready,
    course_for,
    faults_of_answers,
    grade,
)
from shared.contracts import Contradiction, RoleKind

some_course = st.sampled_from(list(courses().values()))


def right_answers(course: Course) -> dict[str, str]:
    """As the course's writers would answer."""
    return {name: question.right for name, question in course.questions.items()}


def test_mentors_are_trained_for_two_hours() -> None:
    """R75: MENTOR asks for two hours before the match; the shipped course takes no less."""
    course = course_for(courses().values(), RoleKind.MENTOR)
    assert course.minutes >= 120
    assert all(module.questions for module in course.modules)


def test_every_kind_that_is_checked_has_a_course() -> None:
    """R75: a mentee is admitted and needs none."""
    for kind in set(RoleKind) - {RoleKind.MENTEE}:
        assert course_for(courses().values(), kind).modules
    with pytest.raises(Contradiction, match="certificate"):
        course_for(courses().values(), RoleKind.MENTEE)


def test_the_right_choice_is_one_of_the_choices_and_not_always_the_same() -> None:
    """A quiz that can be passed, and not by one letter."""
    for course in courses().values():
        for question in course.questions.values():
            assert question.right in question.choices
        assert len(course.questions) == sum(len(module.questions) for module in course.modules)
        for letter in "abc":
            assert not grade(course, dict.fromkeys(course.questions, letter)).passed


@given(course=some_course, data=st.data())
def test_a_right_answer_more_never_fails(course: Course, data: st.DataObject) -> None:
    """Monotone; and all right passes with nothing to read again."""
    answers = {name: data.draw(st.sampled_from(list(each.choices))) for name, each in course.questions.items()}
    name = data.draw(st.sampled_from(list(answers)))
    before, after = grade(course, answers), grade(course, answers | {name: course.questions[name].right})
    assert after.right in (before.right, before.right + 1)
    assert after.passed >= before.passed
    whole = grade(course, right_answers(course))
    assert (whole.passed, whole.again) == (True, ())


@given(course=some_course, data=st.data())
def test_the_mark_is_the_courses(course: Course, data: st.DataObject) -> None:
    """Passed exactly where the share of right answers reaches it."""
    wrong = data.draw(st.sets(st.sampled_from(list(course.questions))))
    answers = right_answers(course) | {
        name: next(letter for letter in course.questions[name].choices if letter != course.questions[name].right)
        for name in wrong
    }
    found = grade(course, answers)
    assert found.passed is (found.right / found.asked * 100 >= course.pass_mark)
    assert bool(found.again) is bool(wrong)


def test_the_quiz_waits_for_reading_and_for_tomorrow() -> None:
    """Everything is read first, and guessing is bounded."""
    course = course_for(courses().values(), RoleKind.MENTOR)
    modules = [module.module for module in course.modules]
    check_ready(course, modules, ATTEMPTS_A_DAY - 1)
    with pytest.raises(Contradiction, match=course.modules[-1].title):
        check_ready(course, modules[:-1], 0)
    with pytest.raises(Contradiction, match="tomorrow"):
        check_ready(course, modules, ATTEMPTS_A_DAY)


def test_answers_are_of_this_course_and_all_there() -> None:
    """Each fault names its question."""
    course = course_for(courses().values(), RoleKind.MENTOR)
    first, second, *rest = right_answers(course)
    answers = dict.fromkeys((first, *rest), "a") | {first: "z", "foreign": "a"}
    assert [name for name, _ in faults_of_answers(course, answers)] == ["foreign", first, second]
    assert list(faults_of_answers(course, right_answers(course))) == []
