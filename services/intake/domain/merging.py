"""When two records may become one person's, and what stands where both say something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.consents import State
from shared.contracts import Contradiction
from shared.contracts.intake import ConsentPurpose


@dataclass(frozen=True, slots=True)
class Record:
    """What two records must not contradict each other in. `applied`: role and offering of applications that are open.

    `guardians` are the ids of a child's guardians, `knows` those of people whom somebody says they know already.
    """

    person: UUID
    network: str
    born_on: date | None
    lives_in: str | None
    applied: frozenset[tuple[str, str]]
    consents: Mapping[ConsentPurpose, State]
    guardians: frozenset[UUID] = frozenset()
    knows: frozenset[UUID] = frozenset()


def check_merge(kept: Record, given_up: Record) -> None:
    """Raises Contradiction with what staff have to settle before. What both leave open contradicts nothing."""
    if kept.person == given_up.person:
        raise Contradiction("This is one record already; name the other one of the two.")
    if kept.network != given_up.network:
        raise Contradiction("The two records stand in different networks, and no data crosses from one to the other.")
    if _differ(kept.born_on, given_up.born_on):
        raise Contradiction("The two records say different dates of birth; correct the wrong one first.")
    if _differ(kept.lives_in, given_up.lives_in):
        raise Contradiction("The two records say that the person lives in different places; correct one first.")
    if kept.person in given_up.guardians or given_up.person in kept.guardians:
        raise Contradiction("One of the two is the other one's guardian: these are two people.")
    if kept.person in given_up.knows or given_up.person in kept.knows:
        raise Contradiction(
            "One of the two says that they know the other one; withdraw that first, if it is one person."
        )
    if both := sorted(kept.applied & given_up.applied):
        role, offering = both[0]
        raise Contradiction(f"Both have an open application as {role} for {offering}; withdraw one of them first.")
    for purpose in sorted(kept.consents.keys() & given_up.consents.keys()):
        if {kept.consents[purpose], given_up.consents[purpose]} == {"given", "withdrawn"}:
            raise Contradiction(
                f"One record agrees to {purpose} and the other one took it back; ask the person, and record it first."
            )


def _differ(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one != other


def resident_since(kept: date | None, given_up: date | None) -> date | None:
    """The later of the two days: nobody is taken for a resident of longer than both papers say."""
    return max((day for day in (kept, given_up) if day), default=None)


def union(kept: list[str], given_up: list[str]) -> list[str]:
    """What either says, in the order in which it was said, the kept one first."""
    return list(dict.fromkeys([*kept, *given_up]))


def constraints(kept: Mapping[str, Any], given_up: Mapping[str, Any]) -> dict[str, Any]:
    """The stricter of what both say is possible (R19): nothing that either forbids is allowed by the merge.

    Raises Contradiction where no hour is left that is safe by both.
    """
    hours = _in_both(kept["safe_hours"], given_up["safe_hours"])
    if hours == []:
        raise Contradiction("The two records name no hour of the week that is safe by both; correct one of them first.")
    return {
        "safe_hours": hours,
        "forbidden_channels": union(kept["forbidden_channels"], given_up["forbidden_channels"]),
        "may_know": _in_both(kept["may_know"], given_up["may_know"]),
        "no_photos": kept["no_photos"] or given_up["no_photos"],
    }


def _in_both(kept: list[Any] | None, given_up: list[Any] | None) -> list[Any] | None:
    """What both allow; a record that says nothing forbids nothing."""
    if kept is None or given_up is None:
        return kept if given_up is None else given_up
    return [each for each in kept if each in given_up]


def both_texts(kept: str | None, given_up: str | None) -> str | None:
    """Both texts where they differ: a plan to keep somebody safe is never lost."""
    return "\n\n".join(dict.fromkeys(text for text in (kept, given_up) if text)) or None
