"""Who signed what an offering asks for: in force to be matched, an earlier version in its grace to go on (trap 8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.intake import Agreement, Signed


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an offering asks to have signed, and what people signed of it.

    An offering of which no agreement was ever told asks for nothing; what was not heard of a person is not signed.
    """

    agreement: Agreement | None
    signed: Mapping[UUID, Signed]

    def unsigned(self, people: Collection[UUID]) -> set[UUID]:
        """Who has not signed the version in force: nobody is matched on an old signature."""
        if self.agreement is None:
            return set()
        return {person for person in people if not self.agreement.is_signed(self.signed.get(person))}

    def lapsed(self, people: Collection[UUID], today: date) -> set[UUID]:
        """Whose pairs wait, since what they signed does not count any more."""
        if self.agreement is None:
            return set()
        return {person for person in people if not self.agreement.stands(self.signed.get(person), today)}
