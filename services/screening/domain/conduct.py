"""The rules of conduct cases: who may answer for one, the ladder, the right of reply (R55, R57, traps 16 and 17)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts import Contradiction, RoleKind
from shared.contracts.messaging import Weight

Kind = Literal["coach", "warn", "restrict", "suspend", "dismiss", "refer"]
LADDER: tuple[Kind, ...] = ("coach", "warn", "restrict", "suspend", "dismiss", "refer")
"""What can be done about conduct, from the lightest; nobody has to climb it step by step."""
FREEZING = frozenset({"restrict", "suspend"})
"""What stops a person's writing: until a day, or until it is ended or the case is closed."""
WEIGHTS: tuple[Weight, ...] = ("talk", "harm", "emergency")
Outcome = Literal["unfounded", "settled", "measures", "left"]
"""How a conduct case ended. `left`: the person left before it was decided."""
STAFF_KINDS = (RoleKind.STAFF, RoleKind.SCREENER, RoleKind.MODERATOR, RoleKind.COORDINATOR)
"""The kinds of role whose holders work for a site."""
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Measure:
    """One rung of the ladder as it was set for a person."""

    person: UUID
    kind: str
    until: datetime | None = None
    ended: bool = False

    def freezes(self, now: datetime) -> bool:
        """Whether the person may not write because of it."""
        return self.kind in FREEZING and not self.ended and (self.until is None or self.until > now)


def answers_from(site: str, staff_at: Iterable[str], *, about_staff: bool) -> str:
    """The place at or above which a grant must stand to answer for a case of `site`: the site itself, or one level up.

    `staff_at` are the places for which people named in it work or worked. Where one of these covers the site, the
    grant stands strictly above it: neither colleagues nor those below see it. Above the network there is nobody, so
    there others of the network answer.
    """
    covering = [place for place in staff_at if site == place or site.startswith(f"{place}.")]
    if about_staff:
        covering.append(site)
    if not covering:
        return site
    return min(covering, key=len).rpartition(".")[0] or min(covering, key=len)


def barred(concerned: Collection[UUID], ties: Iterable[tuple[UUID, UUID, str]]) -> set[UUID]:
    """Who has nothing to do with a case: whom it concerns, and everybody with a declared tie to one of these.

    A tie is two people and who declared it. What somebody whom the case concerns declared of themselves does not count:
    they would shut out all who could judge.
    """
    found = set(concerned)
    for one, other, declared_by in ties:
        found |= {other} if one in concerned and declared_by != str(one) else set()
        found |= {one} if other in concerned and declared_by != str(other) else set()
    return found


def frozen(measures: Iterable[Measure], now: datetime) -> list[UUID]:
    """Who may not write while these measures stand."""
    return sorted({measure.person for measure in measures if measure.freezes(now)})


def check_measure(kind: Kind, person: UUID, named: Collection[UUID], until: datetime | None, now: datetime) -> None:
    """Raise Contradiction unless the measure is of somebody named and its end fits it."""
    if person not in named:
        raise Contradiction("This person is not named in the case; name them first.")
    if kind == "restrict" and until is None:
        raise Contradiction("A restriction has an end; say until when. What has none is a suspension.")
    if until is not None and kind not in FREEZING:
        raise Contradiction(f"Only a restriction or a suspension has an end; leave `until` out of {kind}.")
    if until is not None and until <= now:
        raise Contradiction("`until` is over already; name a later moment.")


def check_dismissal(weight: Weight, *, replied: bool, suspended: bool) -> None:
    """Raise Contradiction when somebody would be dismissed unheard (R57).

    In an emergency a suspension comes first, and then the dismissal need not wait for the reply.
    """
    if replied or (weight == "emergency" and suspended):
        return
    if weight == "emergency":
        raise Contradiction("Suspend the person first; an emergency does not wait for the reply, a dismissal does.")
    raise Contradiction(
        "Record first what the person says to it, or that they did not answer by a day: nobody is dismissed unheard."
    )


def check_reply(said: str | None, no_answer_by: date | None, today: date) -> None:
    """Raise Contradiction unless it is one of both: what the person said, or a day that passed without an answer."""
    if (said is None) == (no_answer_by is None):
        raise Contradiction("Record what the person said, or the day by which they did not answer; one of both.")
    if no_answer_by is not None and no_answer_by >= today:
        raise Contradiction("That day is not over yet, so the person may still answer.")


def check_weight(weight: Weight, wanted: Weight) -> None:
    """Raise Contradiction when a case would weigh less: its clocks were started and are answered, never taken back."""
    if WEIGHTS.index(wanted) < WEIGHTS.index(weight):
        raise Contradiction(f"This case weighs {weight} and cannot weigh less; close it when it is settled.")


def check_open(state: str) -> None:
    """Raise Contradiction where nothing is changed any more."""
    if state != "open":
        raise Contradiction("This conduct case is closed; open another one where something new is known.")


def check_closable(unanswered: int) -> None:
    """Raise Contradiction while a legal report waits for its answer."""
    if unanswered:
        raise Contradiction("A legal report of this case is neither done nor said not to be due; record that first.")


def check_scope(scope: str, case_sites: Collection[str], standing: Iterable[str]) -> None:
    """Raise Contradiction where a dismissal would leave a clearance that covers the case's place."""
    for place in standing:
        outside = not (place == scope or place.startswith(f"{scope}."))
        if outside and any(site == place or site.startswith(f"{place}.") for site in case_sites):
            raise Contradiction(f"The person is cleared for {place}; dismiss with `scope` {place}, or ask who may.")
