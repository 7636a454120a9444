"""Whom a concern may be about, and what its raiser is asked to leave out."""

from collections.abc import Collection
from uuid import UUID

from shared.contracts import Contradiction, RoleKind

STAFF_KINDS = (RoleKind.STAFF, RoleKind.SCREENER, RoleKind.MODERATOR, RoleKind.COORDINATOR)
"""The kinds of role whose holders work for a site."""


def check_about(about: Collection[UUID], members: Collection[UUID], staff: Collection[UUID]) -> None:
    """A concern names members of the pair or staff of its places. Raises Contradiction."""
    if not set(about) <= {*members, *staff}:
        raise Contradiction(
            "Name people of this pair or staff of its site; where you do not know who it is, say so in your text."
        )
