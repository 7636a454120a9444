"""What somebody has to sign until when: versions of a document, and the grace after a new one (R72, trap 8)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.contracts import Contradiction
from shared.contracts.intake import Agreement, Signed

State = Literal["signed", "sign-until", "sign-now"]
"""All is signed; an earlier version counts for some time; nothing counts until the version in force is signed."""


@dataclass(frozen=True, slots=True)
class Grace:
    """Until when earlier versions count (None: without an end), and which."""

    until: date | None = None
    previous: tuple[str, ...] = ()


def fault_of_grace(until: date | None, is_first: bool, is_signed: bool, today: date) -> str | None:
    """What is wrong with the grace of a version that is published today."""
    if is_first:
        return "is for a version that follows another one; leave it out" if until else None
    if until is None:
        return "people signed an earlier version: name the last day on which that counts" if is_signed else None
    return "lies in the past; people need time to read and sign" if until < today else None


def counting(last: str, grace: Grace, today: date) -> list[str]:
    """The versions that count in the grace of a new one: the last, and those that count beside it on this day."""
    still = grace.until is None or today <= grace.until
    return [*(grace.previous if still else ()), last]


def is_prolonged(stored: date | None, asked: date | None, today: date) -> bool:
    """Whether the last day of a published version's grace moves. People were told it, so it only moves later.

    Raises Contradiction for another change.
    """
    if asked in (None, stored):
        return False
    if stored is None or asked < max(stored, today):
        raise Contradiction(f"A grace that was told is prolonged and nothing else; it is {stored or 'without a day'}.")
    return True


def state(agreement: Agreement, signed: Signed | None, today: date) -> State:
    """What somebody has to do about a document."""
    if agreement.is_signed(signed):
        return "signed"
    return "sign-until" if agreement.stands(signed, today) else "sign-now"
