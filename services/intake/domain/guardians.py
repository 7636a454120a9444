"""Guardians: whose word counts for a child, and who must never hear of one."""

from dataclasses import dataclass
from typing import Literal

from shared.contracts import Contradiction

GuardianKind = Literal["parent", "legal-guardian", "institution"]
VerifiedHow = Literal["document", "court-order", "school-confirms", "known-to-staff", "call", "institution-letter"]


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian of a child. `no_contact` wins over everything else."""

    is_verified: bool
    may_consent: bool
    may_be_told: bool
    no_contact: bool

    @property
    def may_give(self) -> bool:
        """Whether their word counts."""
        return self.is_verified and self.may_consent and not self.no_contact

    @property
    def may_look(self) -> bool:
        """Whether they may see what was agreed."""
        return self.is_verified and (self.may_consent or self.may_be_told) and not self.no_contact

    @property
    def may_hear(self) -> bool:
        """Whether they may be told how the child's application stands."""
        return self.is_verified and self.may_be_told and not self.no_contact


def check_guardian(guardian: Guardian, *, is_the_child: bool) -> None:
    """Raises Contradiction where flags contradict each other, or somebody would be their own guardian."""
    if is_the_child:
        raise Contradiction("Nobody is their own guardian.")
    if guardian.no_contact and (guardian.may_consent or guardian.may_be_told):
        raise Contradiction("Whoever must not be contacted is neither asked nor told; take those two away as well.")


def check_verifier(*, verifies_themself: bool) -> None:
    """Raises Contradiction where a guardian would vouch for themself."""
    if verifies_themself:
        raise Contradiction("Nobody verifies themself as a guardian; ask another member of the staff.")
