"""A skill sample is judged by points that were written before it was handed in (R46, R48)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.data import tasks
from services.screening.domain.samples import Task, faults_of_points, task_for, verdict
from shared.contracts import Contradiction, RoleKind


@given(task=st.sampled_from(list(tasks().values())), data=st.data())
def test_a_point_more_never_fails(task: Task, data: st.DataObject) -> None:
    """R46: monotone; all points pass, none does not."""
    points = {name: data.draw(st.booleans()) for name in task.points}
    more = points | {data.draw(st.sampled_from(list(points))): True}
    assert verdict(task, more).passes >= verdict(task, points).passes
    assert verdict(task, dict.fromkeys(points, True)).passes
    assert not verdict(task, dict.fromkeys(points, False)).passes
    assert list(faults_of_points(task, points)) == []


def test_a_task_of_the_role_itself_comes_before_that_of_its_kind() -> None:
    """R39, R46: the same kind may do other things in another role; of two versions the newer one is set."""
    of_kind = Task("letter", 9, "Write.", {"a": "A."}, 1, kinds=(RoleKind.MENTOR,))
    of_role = [Task("page", version, "Build.", {"a": "A."}, 1, roles=("web-designer",)) for version in (1, 2)]
    assert task_for([of_kind, *of_role], "web-designer", RoleKind.MENTOR) == of_role[1]
    assert task_for([of_kind, *of_role], "mentor-adult", RoleKind.MENTOR) == of_kind
    with pytest.raises(Contradiction, match="no task"):
        task_for([of_kind], "mentee-adult", RoleKind.MENTEE)


def test_every_kind_that_is_checked_has_a_task() -> None:
    """R46: and each can be failed and passed."""
    for kind in set(RoleKind) - {RoleKind.MENTEE}:
        task = task_for(tasks().values(), "some-role", kind)
        assert 0 < task.needed <= len(task.points)


def test_an_assessment_says_something_of_every_point() -> None:
    """R48: no point is left out in silence, and none is made up."""
    task = Task("letter", 1, "Write.", {"a": "A.", "b": "B."}, 1)
    assert [field for field, _ in faults_of_points(task, ["b", "c"])] == ["points.a", "points.c"]
