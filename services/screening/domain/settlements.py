"""What a person settles before anybody is cleared: conflicts of laws, and what no source was read for (R41)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from shared.contracts import Contradiction

How = Literal["asked-and-not-needed", "done-otherwise", "accepted"]
"""Somebody who knows said that it is not needed; it was done in another way; or the risk of going on was accepted."""
MOST = 100
"""Settlements that a case can have: what was settled is kept, and this many are a mistake of some machine."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A conflict, by the name of its check, or something unsettled, by its key. `rules` are those that it is about."""

    what: str
    about: str
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Settled:
    """What was settled of which rules. It holds for no other rule: a conflict with another law is another one."""

    what: str
    rules: frozenset[str]

    def settles(self, matter: Matter) -> bool:
        """Whether this is about all of it."""
        return self.what == matter.what and matter.rules <= self.rules


def still_open(matters: Iterable[Matter], settled: Collection[Settled]) -> list[Matter]:
    """What nobody settled yet."""
    return [matter for matter in matters if not any(each.settles(matter) for each in settled)]


def check_settled(matters: Iterable[Matter], settled: Collection[Settled]) -> None:
    """Raise Contradiction naming what somebody has to settle before clearing."""
    if found := still_open(matters, settled):
        told = " ".join(f"{matter.what}: {matter.about}" for matter in found)
        raise Contradiction(f"A person settles this first, at /cases/.../settlements. {told}")


def matter_of(matters: Iterable[Matter], what: str, settlements: int) -> Matter:
    """What is to be settled. Raises Contradiction where the case has no such thing, or enough was settled."""
    known = {matter.what: matter for matter in matters}
    if what not in known:
        names = ", ".join(known) or "nothing"
        raise Contradiction(f"{what} is not to be settled in this case; it has {names} to settle.")
    if settlements >= MOST:
        raise Contradiction(f"This case has {MOST} settlements; decide it, or decline and let the person apply anew.")
    return known[what]
