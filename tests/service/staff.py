"""What screening tells of people who work for a place, and how a grant of theirs fares."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.contracts import Event, RoleKind
from shared.contracts.screening import ClearanceEnded, ClearanceExpiring, ScreeningCleared, ScreeningDeclined

KABUL, HERAT = "net.af.kabul", "net.af.herat"
UNTIL = date(2027, 5, 1)


def identity(number: int) -> UUID:
    """A fixed id."""
    return UUID(f"01985b3e-7a10-7000-8000-0000000f{number:04x}")


ANAHITA, BAHRAM, CYRUS = identity(1), identity(2), identity(3)


def _clearance(person: UUID, kind: str, site: str) -> dict[str, Any]:
    number = int(person.hex[-4:], 16) * 16 + list(RoleKind).index(RoleKind(kind))
    return {
        "clearance": identity(0x1000 + number), "application": identity(0x2000 + number), "person": person,
        "role": kind, "kind_of_role": RoleKind(kind), "offering": f"first-steps@{site}", "site": site,
    }  # fmt: skip


def cleared(person: UUID, kind: str, site: str = KABUL, until: date = UNTIL) -> ScreeningCleared:
    """Somebody may act."""
    return ScreeningCleared(**_clearance(person, kind, site), valid_until=until)


def expiring(person: UUID, kind: str, site: str = KABUL, until: date = UNTIL) -> ClearanceExpiring:
    """Somebody may act still."""
    return ClearanceExpiring(**_clearance(person, kind, site), valid_until=until, notice=30)


def declined(person: UUID, kind: str, site: str = KABUL) -> ScreeningDeclined:
    """Somebody will not act."""
    return ScreeningDeclined(**_clearance(person, kind, site))


def ended(person: UUID, kind: str, site: str = KABUL) -> ClearanceEnded:
    """Somebody acts no more."""
    return ClearanceEnded(**_clearance(person, kind, site), ended_on=date(2026, 11, 2))


STORY: list[tuple[Event, int]] = [
    (cleared(ANAHITA, "screener"), 1),
    (expiring(ANAHITA, "screener"), 2),
    (ended(ANAHITA, "screener"), 3),
    (cleared(ANAHITA, "coordinator", HERAT), 1),
    (cleared(BAHRAM, "moderator"), 1),
    (ended(BAHRAM, "moderator"), 2),
    (cleared(BAHRAM, "moderator", until=date(2028, 5, 1)), 3),
    (declined(CYRUS, "facilitator"), 1),
    (cleared(CYRUS, "mentor"), 1),
    (ended(CYRUS, "mentor"), 2),
]
"""Three people of staff: one ended, one cleared anew, one declined who was a mentor, too."""
