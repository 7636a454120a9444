"""Whose consents let messages pass: nobody writes to or for somebody whose consent ended."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.messaging.domain.writing import NOT_NOW
from shared.contracts import Contradiction


@dataclass(frozen=True, slots=True)
class Consent:
    """What intake told of a consent: given until the end of a day or without an end, or withdrawn."""

    person: UUID
    state: str
    valid_until: date | None

    def stands(self, today: date) -> bool:
        """Whether it is in force on a day."""
        return self.state == "given" and (self.valid_until is None or self.valid_until >= today)


def all_consent(people: Collection[UUID], consents: Iterable[Consent], today: date) -> bool:
    """Whether no consent of these people has ended. Nobody of whom none was heard is stopped: they were never asked."""
    return all(each.stands(today) for each in consents if each.person in people)


def check_consents(people: Collection[UUID], consents: Iterable[Consent], today: date) -> None:
    """Raises Contradiction where one of these people agrees no longer, in the words that are used for every cause."""
    if not all_consent(people, consents, today):
        raise Contradiction(NOT_NOW)
