"""What programmes ask as data: forms, courses and tasks, in versions. A change is a new version; old ones stay."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import TypeAdapter

from services.screening.domain.forms import Form
from services.screening.domain.interviews import InterviewForm
from services.screening.domain.samples import Task
from services.screening.domain.training import Course

T = TypeVar("T")


def _read(name: str, kind: type[T]) -> tuple[T, ...]:
    """All that a file holds. Raises where it does not say what is asked for, so that a test of ours finds it."""
    text = files("services.screening.data").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    (listed,) = yaml.safe_load(text).values()
    one = TypeAdapter(kind)
    return tuple(one.validate_python(each) for each in listed)


@cache
def reference_forms() -> Mapping[tuple[str, int], Form]:
    """What referees are asked, by form and version."""
    return {(form.form, form.version): form for form in _read("references", Form)}


def reference_form(risks: frozenset[str]) -> Form:
    """The newest form for a role with these risks."""
    name = "referee-minors" if "minors" in risks else "referee-adults"
    return max((form for form in reference_forms().values() if form.form == name), key=lambda form: form.version)


@cache
def interview_forms() -> Mapping[tuple[str, int], InterviewForm]:
    """The standard protocols of interviews, by form and version."""
    return {(form.form, form.version): form for form in _read("interviews", InterviewForm)}


def newest_interview_form(name: str) -> InterviewForm | None:
    """The version of a form by which people are invited now; None where there is no such form."""
    named = [form for form in interview_forms().values() if form.form == name]
    return max(named, key=lambda form: form.version, default=None)


@cache
def courses() -> Mapping[tuple[str, int], Course]:
    """Courses, by name and version."""
    return {(course.course, course.version): course for course in _read("courses", Course)}


@cache
def tasks() -> Mapping[tuple[str, int], Task]:
    """Tasks of skill samples, by name and version."""
    return {(task.task, task.version): task for task in _read("tasks", Task)}
