"""Address cards, read from intake when mails are sent, and kept nowhere."""

from collections.abc import Iterable
from uuid import UUID

import httpx2
from pydantic import SecretStr, ValidationError

from shared.contracts.reads import AddressCard, AddressCards

READ_SECONDS = 10.0


class IntakeAway(Exception):
    """Intake gave no cards; the message says why, and never holds what a card says."""


class AddressBook:
    """Reads cards with a service token."""

    def __init__(self, intake_url: str, token: SecretStr | None) -> None:
        self._url, self._token = intake_url, token

    async def read(self, people: Iterable[UUID]) -> dict[UUID, AddressCard]:
        """The cards of those whom intake knows. Raises IntakeAway."""
        wanted = {"people": [str(person) for person in people]}
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"} if self._token else {}
        try:
            async with httpx2.AsyncClient(
                base_url=self._url, headers=headers, timeout=READ_SECONDS, trust_env=False
            ) as http:
                response = await http.post("/internal/address-cards", json=wanted)
        except httpx2.HTTPError as error:
            raise IntakeAway(f"intake does not answer: {type(error).__name__}") from None
        if response.status_code != 200:
            raise IntakeAway(f"intake answered {response.status_code}")
        try:
            cards = AddressCards.model_validate_json(response.content).cards
        except ValidationError as error:
            fields = {".".join(str(part) for part in fault["loc"]) for fault in error.errors(include_input=False)}
            raise IntakeAway(f"intake's cards are not as agreed: {', '.join(sorted(fields))}") from None
        return {card.person: card for card in cards}
