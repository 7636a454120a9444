"""What services tell each other. Each service owns the module of its name here; it imports nobody else's.

An event carries ids and coarse facts only: every string field has an enum, an id format or a pattern
(tests/contracts enforces it); readers ask the owner's API for more.
"""

from importlib import import_module

from shared.contracts.base import (
    REGISTRY,
    Audience,
    Contradiction,
    Event,
    Kind,
    Moment,
    OfferingId,
    RoleKind,
    SitePath,
    Slug,
    Zone,
)
from shared.contracts.envelope import Envelope

OWNERS = ("intake", "screening", "matching", "messaging", "notify")

for _owner in OWNERS:
    import_module(f"shared.contracts.{_owner}")

__all__ = [
    "OWNERS",
    "REGISTRY",
    "Audience",
    "Contradiction",
    "Envelope",
    "Event",
    "Kind",
    "Moment",
    "OfferingId",
    "RoleKind",
    "SitePath",
    "Slug",
    "Zone",
]
