"""Skill samples: a small piece of what the role does, assessed by points that were written before (R46)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from services.screening.domain.verdicts import Verdict
from shared.contracts import Contradiction, RoleKind

CHECK = "skill-sample"


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be handed in: for some roles by name, else for a kind. `needed` of its points are to be met."""

    task: str
    version: int
    text: str
    points: Mapping[str, str]
    needed: int
    kinds: tuple[RoleKind, ...] = ()
    roles: tuple[str, ...] = ()


def task_for(tasks: Iterable[Task], role: str, kind: RoleKind) -> Task:
    """The newest task of the role itself, else of its kind. Raises Contradiction where there is none."""
    fitting = [task for task in tasks if role in task.roles or kind in task.kinds]
    if not fitting:
        raise Contradiction("There is no task here for this role; a screener records how the skill was shown.")
    return max(fitting, key=lambda task: (role in task.roles, task.version))


def faults_of_points(task: Task, met: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Where an assessment does not fit the task: the field and the reason."""
    found = set(met)
    for point in sorted(task.points.keys() - found):
        yield f"points.{point}", "is not assessed"
    for point in sorted(found - task.points.keys()):
        yield f"points.{point}", "is no point of this task"


def verdict(task: Task, points: Mapping[str, bool]) -> Verdict:
    """The task's rule: as many points met as are needed."""
    met = sum(points.values())
    passes = met >= task.needed
    how = "passes" if passes else "does not pass"
    sentence = f"By the task's rule this {how}: {met} of {len(task.points)} points are met, {task.needed} are needed."
    return Verdict(passes, sentence)


def check_handed_in(handed_in: bool) -> None:
    """Raise Contradiction where there is nothing to assess yet."""
    if not handed_in:
        raise Contradiction("The person has handed in nothing yet.")
