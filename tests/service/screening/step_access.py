"""Every route of the steps, with whom it serves at the site net.af.kabul."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Door:
    """A call that is made well. `staff`: screeners at the site; `person`: whose case it is."""

    body: dict[str, Any] | None = None
    staff: bool = True
    person: bool = False


REFEREES = {
    "called": "Amina",
    "own_email": "amina@example.org",
    "referees": [
        {"name": "Ben", "email": "ben@example.org", "relation": "professional", "known_since": "2020-01-01"},
    ],
}
STEP_ROUTES: dict[tuple[str, str], Door] = {
    ("GET", "/cases/{clearance}/steps"): Door(person=True),
    ("PUT", "/cases/{clearance}/steps/{check}"): Door({"taken": True}),
    ("GET", "/cases/{clearance}/references"): Door(person=True),
    ("POST", "/cases/{clearance}/references"): Door(REFEREES, staff=False, person=True),
    ("POST", "/cases/{clearance}/references/{reference}/withdrawal"): Door(staff=False, person=True),
    ("POST", "/cases/{clearance}/references/{reference}/asking"): Door(),
    ("POST", "/cases/{clearance}/references/{reference}/decision"): Door({"approved": False}),
    ("GET", "/reference-letters"): Door(),
    ("GET", "/queue"): Door(),
    ("GET", "/queue/summary"): Door(),
    ("POST", "/reference-letters/{letter}/sending"): Door(),
}
