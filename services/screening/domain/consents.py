"""The checks of a case that intake answers: who agreed is recorded there, and nobody types it here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.screening.domain.cases import Result
from shared.contracts import Contradiction
from shared.contracts.intake import NEEDED_CONSENTS

ANSWERED_BY_INTAKE = frozenset({"consents", "guardian-consent", "assent"})
"""Intake says that a consent is given once all have agreed whom the law names, and the child themself (R27)."""
Shown = Literal["given", "withdrawn", "incomplete"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What intake last told of one consent."""

    state: Literal["given", "withdrawn"]
    valid_until: date | None = None


def stricter(one: Consent, other: Consent) -> Consent:
    """What counts where two consents for the same purpose are known of a person: no is stronger than yes."""
    until = min((each.valid_until for each in (one, other) if each.valid_until), default=None)
    return Consent("withdrawn" if "withdrawn" in (one.state, other.state) else "given", until)


def result_of(consents: Mapping[str, Consent]) -> Result | None:
    """How these checks end by a person's consents, by purpose; None while one of those needed is missing."""
    needed = [consents.get(purpose) for purpose in NEEDED_CONSENTS]
    given = [each for each in needed if each is not None and each.state == "given"]
    if len(given) < len(needed):
        return None
    return Result("passed", min((each.valid_until for each in given if each.valid_until), default=None))


def shown(consents: Mapping[str, Consent]) -> Shown | None:
    """A person's consents in a word; None where intake told of none."""
    if any(each.state == "withdrawn" for each in consents.values()):
        return "withdrawn"
    if not consents:
        return None
    return "given" if result_of(consents) else "incomplete"


def check_typed(typed: Iterable[str], consents: Mapping[str, Consent]) -> None:
    """Raises Contradiction for results that intake answers, once it told anything of this person's consents."""
    if consents:
        raise Contradiction(
            f"{', '.join(sorted(typed))} follows from the consents that intake holds; record them there."
        )
