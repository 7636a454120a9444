"""Applications: who may apply for what, and when an application counts as submitted."""

from collections.abc import Collection
from typing import Literal

from services.intake.domain.places import check_covers, network_of
from shared.contracts import Contradiction

State = Literal["to-sign", "submitted"]
TO_SIGN: State = "to-sign"
SUBMITTED: State = "submitted"


def check_may_apply(role: str, role_site: str, offering: str, offering_site: str, is_open: bool) -> None:
    """Raises Contradiction where nobody can apply: the offering is closed, or the role is of another catalogue."""
    if not is_open:
        raise Contradiction(f"The offering {offering} is closed; ask its site when it opens again.")
    check_covers(f"The role {role}", role_site, offering_site)


def check_same_network(person_network: str, offering_site: str) -> None:
    """Raises Contradiction for an offering of another network: data does not cross networks."""
    if person_network != network_of(offering_site):
        raise Contradiction("This offering belongs to another network; register there first.")


def state(in_force: str, signed_versions: Collection[str]) -> State:
    """An application is submitted once the conduct document's current version is signed (R72), no older one."""
    return SUBMITTED if in_force in signed_versions else TO_SIGN


def check_sign(in_force: str, version: str) -> None:
    """Raises Contradiction unless the version in force is signed (R72)."""
    if version != in_force:
        raise Contradiction(f"Version {in_force} is in force; read it and sign that one.")
