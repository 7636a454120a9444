"""Every route of the steps, with whom it serves at the site net.af.kabul."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Door:
    """A call that is made well. `staff`: screeners at the site; `person`: whose case it is."""

    body: dict[str, Any] | None = None
    staff: bool = True
    person: bool = False


STEP_ROUTES: dict[tuple[str, str], Door] = {
    ("GET", "/cases/{clearance}/steps"): Door(person=True),
    ("PUT", "/cases/{clearance}/steps/{check}"): Door({"taken": True}),
}
