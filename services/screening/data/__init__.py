"""What programmes ask as data: forms, courses and tasks, in versions. A change is a new version; old ones stay."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeVar

import yaml
from pydantic import TypeAdapter

from services.screening.domain.forms import Form

T = TypeVar("T")


def _read(name: str, kind: type[T]) -> tuple[T, ...]:
    """All that a file holds. Raises where it does not say what is asked for, so that a test of ours finds it."""
    text = files("services.screening.data").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    (listed,) = yaml.safe_load(text).values()
    return TypeAdapter(tuple[kind, ...]).validate_python(listed)  # type: ignore[valid-type]  # known at run time alone


@cache
def reference_forms() -> Mapping[tuple[str, int], Form]:
    """What referees are asked, by form and version."""
    return {(form.form, form.version): form for form in _read("references", Form)}


def reference_form(risks: frozenset[str]) -> Form:
    """The newest form for a role with these risks."""
    name = "referee-minors" if "minors" in risks else "referee-adults"
    return max((form for form in reference_forms().values() if form.form == name), key=lambda form: form.version)
