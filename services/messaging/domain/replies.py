"""The reply clock (R9, R10): when a debt of an answer arises, when it is due, and what settles it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.messaging.domain.away import Absence, merged
from services.messaging.domain.stops import as_absences
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import Stop
from shared.contracts.matching import Member

MENTOR_HOURS, MENTEE_HOURS = 48, 96
LONGEST_HOURS = 24 * 366


@dataclass(frozen=True, slots=True)
class Limits:
    """How many hours each role has to answer in one offering, and the times at which it stood still there."""

    mentor_hours: int = MENTOR_HOURS
    mentee_hours: int = MENTEE_HOURS
    stops: tuple[Stop, ...] = ()

    def __post_init__(self) -> None:
        if not all(1 <= hours <= LONGEST_HOURS for hours in (self.mentor_hours, self.mentee_hours)):
            raise Contradiction(f"A reply limit must lie between 1 and {LONGEST_HOURS} hours; correct the offering.")

    def of(self, debtor_role: RoleKind) -> timedelta:
        """The limit of who owes the answer: a mentor's silence weighs more (R10)."""
        return timedelta(hours=self.mentor_hours if debtor_role is RoleKind.MENTOR else self.mentee_hours)

    def due_at(self, since: datetime, debtor_role: RoleKind, absences: Iterable[Absence]) -> datetime:
        """When an answer is due: neither absences nor stops count."""
        return due_at(since, self.of(debtor_role), [*absences, *as_absences(self.stops)])


def due_at(since: datetime, limit: timedelta, absences: Iterable[Absence]) -> datetime:
    """When `limit` has passed since `since`, the debtor's absences not counted (R11).

    It never lies inside an absence: one that would end there ends when the person is back.
    """
    moment, left = since, limit
    for absence in merged(absences):
        if absence.ends <= moment:
            continue
        ahead = max(absence.starts - moment, timedelta())
        if left < ahead:
            break
        moment, left = absence.ends, left - ahead
    return moment + left


def new_debtors(
    sender: UUID, members: Iterable[Member], answer_needed: bool, owing_already: Collection[UUID]
) -> list[Member]:
    """Who owes the sender an answer from this message on.

    Nobody where none is needed; not who owes one already: two messages before an answer are one debt, of the older
    time (trap 6). A facilitator owes nobody an answer here.
    """
    if not answer_needed:
        return []
    return [
        member
        for member in members
        if member.person != sender and member.role is not RoleKind.FACILITATOR and member.person not in owing_already
    ]
