"""What of a person's history stands against a clearance that was decided without knowing it.

Two records became one person's. Neither decision is lost, and none stands that the other one would have prevented.
"""

from collections.abc import Collection
from dataclasses import dataclass

from shared.contracts import RoleKind


@dataclass(frozen=True, slots=True)
class Against:
    """`dismissed`: from where the person was dismissed. `unsafe_as`: the kinds of role refused or ended for safety."""

    dismissed: Collection[str] = ()
    unsafe_as: Collection[RoleKind] = ()

    def stands(self, kind: RoleKind, site: str) -> bool:
        """Whether a clearance for a kind of role at a place stands beside this.

        Who is not safe as a volunteer may still be helped as a mentee; who is not safe as a mentee helps nobody.
        """
        if any(site == scope or site.startswith(f"{scope}.") for scope in self.dismissed):
            return False
        return not any(kind != RoleKind.MENTEE or other == RoleKind.MENTEE for other in self.unsafe_as)
