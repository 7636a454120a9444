"""What a programme is by its type (R28): it decides on steps, consents and supervision beside what anybody sets.

An adult-minor programme counts its mentees as children where no age is known, and a group lets people know each other
by name. Supervision by somebody at the place is the policy's (intake).
"""

from collections.abc import Mapping

from shared.contracts import RoleKind
from shared.contracts.intake import ProgrammeType, RiskFactor

WRITERS = (RoleKind.MENTOR, RoleKind.FACILITATOR)
_FACTORS: Mapping[str, frozenset[RiskFactor]] = {
    "adult-minor": frozenset(("minors",)),
    "group": frozenset(("knows-volunteers",)),
}


def factors_of(programme_type: ProgrammeType | str | None, kind: RoleKind) -> frozenset[RiskFactor]:
    """The risk factors that a type adds for those who write there, whatever their role says of itself (R36)."""
    return _FACTORS.get(programme_type or "", frozenset()) if kind in WRITERS else frozenset()


def is_for_minors(programme_type: ProgrammeType | str | None) -> bool:
    """Whether a mentee of unknown age counts as a child there."""
    return programme_type == "adult-minor"
