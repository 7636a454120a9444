"""Address cards, read from intake when mails are sent, and kept nowhere."""

from collections.abc import Iterable
from uuid import UUID

from shared.contracts.reads import AddressCard, AddressCards
from shared.private_reads import Intake


class AddressBook:
    """Reads cards with a service token."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def read(self, people: Iterable[UUID]) -> dict[UUID, AddressCard]:
        """The cards of those whom intake knows. Raises IntakeAway."""
        answer = await self._intake.read("/internal/address-cards", people, AddressCards)
        return {card.person: card for card in answer.cards}
