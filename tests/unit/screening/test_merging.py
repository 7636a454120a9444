"""What of a person's history stands against a clearance that was decided without knowing it."""

import pytest

from services.screening.domain.merging import Against
from shared.contracts import RoleKind

MENTOR, MENTEE, STAFF = RoleKind.MENTOR, RoleKind.MENTEE, RoleKind.STAFF


@pytest.mark.parametrize(
    ("against", "kind", "site", "stands"),
    [
        (Against(), MENTOR, "net.af.kabul", True),
        (Against(["net.af"]), MENTOR, "net.af.kabul", False),
        (Against(["net.af"]), MENTEE, "net.af", False),
        (Against(["net.af"]), MENTOR, "net.afar", True),
        (Against((), [MENTOR]), STAFF, "net.ca", False),
        (Against((), [STAFF]), MENTEE, "net.af", True),
        (Against((), [MENTEE]), MENTEE, "net.af", False),
        (Against((), [MENTEE]), MENTOR, "net.af", False),
    ],
)
def test_a_dismissal_and_a_refusal_for_safety_count(against: Against, kind: RoleKind, site: str, stands: bool) -> None:
    """R57, R50: within the scope of a dismissal nothing stands; who is not safe as a volunteer may be helped."""
    assert against.stands(kind, site) is stands
