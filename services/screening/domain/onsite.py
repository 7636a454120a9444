"""What is expected of a facilitator onsite: written, agreed to, reported on, and passed on where it is not (R81)."""

from collections.abc import Sequence
from datetime import date, timedelta

from shared.contracts import Contradiction, RoleKind


def check_facilitates(kind: RoleKind) -> None:
    """Raise Contradiction for a case of another role."""
    if kind != RoleKind.FACILITATOR:
        raise Contradiction("These duties are a facilitator's; this case is one of another role.")


def check_in_force(in_force: tuple[str, int] | None, read: tuple[str, int]) -> None:
    """Raise Contradiction unless what somebody agrees to is what holds now: (place, version)."""
    if in_force is None:
        raise Contradiction("There are no duties written for this site yet; its staff publish them.")
    if in_force != read:
        raise Contradiction("There is a newer version of the duties; read that one.")


def check_agreed(published: Sequence[str], agreed: bool) -> None:
    """Raise Contradiction where duties are written and a facilitator has not agreed to them; nobody begins without."""
    if published and not agreed:
        raise Contradiction("The facilitator has not agreed to the duties of this site; that comes first (R81).")


def check_reports(state: str, has_agreed: bool) -> None:
    """Raise Contradiction unless a cleared facilitator who agreed to their duties reports on them."""
    if not has_agreed:
        raise Contradiction("Agree to the duties first; then report on them.")
    if state != "cleared":
        raise Contradiction(f"This case is {state}; only who is cleared reports on duties.")


def due_after(day: date, days: int) -> date:
    """The day by which the next report is due."""
    return day + timedelta(days=days)
