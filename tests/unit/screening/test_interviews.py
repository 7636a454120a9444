"""What scores come to: no dimension below its written floor, said in a sentence; a person decides (R45, R46, R52)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.data import interview_forms
from services.screening.domain.cases import Outcome
from services.screening.domain.interviews import (
    InterviewForm,
    Span,
    after_no_show,
    faults_of_scores,
    overlapping,
    verdict,
)
from services.screening.domain.verdicts import check_outcome
from shared.contracts import Contradiction
from tests.support.running import BEGINNING

forms = st.sampled_from(list(interview_forms().values()))


@given(form=forms, data=st.data())
def test_a_better_score_never_turns_a_pass_into_none(form: InterviewForm, data: st.DataObject) -> None:
    """R46, R52: monotone in every dimension."""
    scores = {each.dimension: data.draw(st.integers(1, 5)) for each in form.dimensions}
    better = {name: data.draw(st.integers(score, 5)) for name, score in scores.items()}
    if verdict(form, scores).passes:
        assert verdict(form, better).passes
    assert verdict(form, dict.fromkeys(scores, 5)).passes
    assert not verdict(form, scores | {form.dimensions[0].dimension: 1}).passes


def test_skill_temperament_and_time_are_scored_in_every_interview() -> None:
    """R46, R52, R53: with questions, anchors and a floor; the temperament also by scenarios told in the same words."""
    for form in interview_forms().values():
        assert {"skill", "temperament", "time"} <= {each.dimension for each in form.dimensions}
        assert form.scenarios
        for each in form.dimensions:
            assert each.questions
            assert set(each.anchors) == {1, 3, 5}
            assert 1 < each.floor <= 5


def test_a_task_that_needs_a_field_is_asked_about_it() -> None:
    """R45: the form for expertise scores what others will rely on."""
    form = interview_forms()["expertise", 1]
    scores = {each.dimension: 5 for each in form.dimensions}
    found = verdict(form, scores | {"expertise": 2})
    assert (found.passes, "expertise is 2 and its floor 3" in found.sentence) == (False, True)


def test_deciding_against_the_rule_needs_a_reason() -> None:
    """R46: in both directions; with the rule it needs none."""
    form = interview_forms()["mentoring", 1]
    cases: list[tuple[int, Outcome]] = [(5, "failed"), (1, "passed")]
    for score, against in cases:
        found = verdict(form, {each.dimension: score for each in form.dimensions})
        with pytest.raises(Contradiction, match="form's rule"):
            check_outcome(found, against, None)
        check_outcome(found, against, "She brought letters of her pupils.")
        check_outcome(found, "passed" if found.passes else "failed", None)


def test_scores_fit_their_form() -> None:
    """What is missing and what is too much are both named."""
    form = interview_forms()["mentoring", 1]
    assert [field for field, _ in faults_of_scores(form, ["skill", "charm"], 1)] == [
        "scores.temperament", "scores.time", "scores.charm", "scenarios",
    ]  # fmt: skip
    assert list(faults_of_scores(form, ["skill", "temperament", "time"], 3)) == []


@given(st.integers(1, 20))
def test_no_number_of_no_shows_rejects(times: int) -> None:
    """Whoever did not come is asked again, and after the second time a screener decides."""
    assert after_no_show(times) == ("invited" if times == 1 else "paused")


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(15, 180)), max_size=8))
def test_a_screener_is_in_one_interview_at_a_time(drawn: list[tuple[int, int]]) -> None:
    """Without those that are named, no two fall together; one that begins when another ends does not."""
    spans = [Span(BEGINNING + timedelta(minutes=start), minutes) for start, minutes in drawn]
    refused = set(overlapping(spans, ()))
    minutes = [
        (start + minute, place)
        for place, (start, length) in enumerate(drawn)
        if place not in refused
        for minute in range(length)
    ]
    if not refused:
        assert len({minute for minute, _ in minutes}) == len(minutes)
    following = [Span(BEGINNING, 30), Span(BEGINNING + timedelta(minutes=30), 30)]
    assert list(overlapping(following, ())) == []
