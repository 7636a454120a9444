"""Two people who know each other already (R1): claimed by one, confirmed when the other says the same, or vouched for.

Nobody sees the other one by claiming. Whoever is named is not asked and not told; they say it themselves, or do not.
"""

from typing import Literal
from uuid import UUID

from shared.contracts import Contradiction

Part = Literal["mentor", "mentee"]
State = Literal["claimed", "confirmed", "vouched", "withdrawn"]

OTHER_PART: dict[Part, Part] = {"mentor": "mentee", "mentee": "mentor"}
MOST = 10
"""Open claims of one person: more would be guessing."""


def state(*, is_confirmed: bool, is_vouched: bool, is_withdrawn: bool) -> State:
    """Where a claim stands; taking it back wins, and staff's word stands above that of the two."""
    if is_withdrawn:
        return "withdrawn"
    if is_vouched:
        return "vouched"
    return "confirmed" if is_confirmed else "claimed"


def stands(found: State) -> bool:
    """Whether two people count as knowing each other."""
    return found in ("confirmed", "vouched")


def check_claim(open_claims: int, *, names_themself: bool) -> None:
    """Raises Contradiction where a claim cannot be."""
    if names_themself:
        raise Contradiction("You know yourself; name the other one.")
    if open_claims >= MOST:
        raise Contradiction(f"There are {MOST} open claims already; take one back first.")


def check_vouching(voucher: UUID | None, claimant: UUID, other: UUID, named: UUID | None, found: State) -> None:
    """Raises Contradiction where staff cannot vouch: for themselves, for somebody else than was named, or too late."""
    if voucher in (claimant, other):
        raise Contradiction("Nobody vouches for themself; ask another member of the staff.")
    if claimant == other or (named is not None and named != other):
        raise Contradiction("The claim names somebody else; have it made anew for the right person.")
    if found == "withdrawn":
        raise Contradiction("This claim was taken back; have it made anew.")
