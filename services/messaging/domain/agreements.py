"""Whose signature counts no longer: after the grace of a new version a pair's messages wait (R72, trap 8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.messaging.domain.writing import NOT_NOW, Pair
from shared.contracts import Contradiction
from shared.contracts.intake import Agreement, Signed

SIGN_FIRST = (
    "A new version of the conduct document is in force and you have not signed it yet. Read and sign it, then send "
    "your message again: nothing was stored, so please keep your text. Your site's staff help you."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The conduct document of a channel. `to_sign`: the member has to sign this version, by `until` if named."""

    document: str
    version: str
    to_sign: bool
    until: date | None


def reminder(agreement: Agreement, signed: Signed | None, today: date) -> Rules:
    """What a member reads of the rules in their channel (R56)."""
    to_sign = not agreement.is_signed(signed)
    until = agreement.grace_until if to_sign and agreement.stands(signed, today) else None
    return Rules(agreement.document, agreement.version, to_sign, until)


def lapsed(
    people: Collection[UUID], agreement: Agreement | None, signed: Mapping[UUID, Signed], today: date
) -> set[UUID]:
    """Who may not write by what they signed. What was not heard of a person counts as not signed.

    An offering of which no agreement was ever told asks for nothing: intake told none before it knew them.
    """
    if agreement is None:
        return set()
    return {person for person in people if not agreement.stands(signed.get(person), today)}


def check_signed(pair: Pair, unsigned: Collection[UUID], sender: UUID) -> None:
    """Raises Contradiction where a member's signature counts no longer, for both sides at once.

    Who has to sign reads so; the other one reads the sentence that tells nothing of anybody.
    """
    if pair.is_open and unsigned:
        raise Contradiction(SIGN_FIRST if sender in unsigned else NOT_NOW)
