"""Consents: who must agree to what, and whether what was agreed stands. Not legal advice: see the law packs.

A consent is one for each person and purpose. It is made of words: that the person or a guardian of theirs agreed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.intake.domain.guardians import Guardian
from services.intake.domain.particulars import MAJORITY
from shared.contracts import Contradiction
from shared.contracts.intake import NEEDED_CONSENTS, ConsentPurpose
from shared.law import law

Giver = Literal["guardian", "self"]
State = Literal["waiting", "given", "withdrawn"]
Missing = Literal[
    "own-word", "own-consent", "date-of-birth",
    "no-guardian", "guardian-not-verified", "guardian-may-not-consent", "guardian-consent",
]  # fmt: skip
"""What a consent waits for."""
Method = Literal["signed-in", "signed-form", "email-confirmed", "in-person", "call", "school-confirms", "own-word"]
"""How it is known that somebody agreed. `signed-in`: by their own token. `call`: by telephone or video."""

GRACE = timedelta(days=30)
"""So long a guardian's word stands after the person came of age, while they are asked themself (trap 10)."""
NO_LAW_READ: frozenset[ConsentPurpose] = frozenset({"photo-story", "photo-public", "offline-event"})
"""The packs' ages are those for an online service's use of a child's data. Of what leaves the service none was read."""


@dataclass(frozen=True, slots=True)
class Word:
    """That somebody agreed. It counts until the end of `expires_on`. `alone`: the law let the person decide alone."""

    giver: Giver
    expires_on: date | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a consent stands, until the end of which day, and what it waits for where it does not."""

    stands: bool
    until: date | None = None
    missing: tuple[Missing, ...] = ()


def local_day(now: datetime, zone: str) -> date:
    """The day on the wall where a person lives."""
    return now.astimezone(ZoneInfo(zone)).date()


def starts(day: date, zone: str) -> datetime:
    """The first moment of a day where a person lives, in UTC."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def decides_alone_from(place: str | None, purpose: ConsentPurpose) -> int:
    """The age in years from which a person agrees alone: the highest that a law of the place names.

    Majority where no law that was read says it.
    """
    if purpose in NO_LAW_READ:
        return MAJORITY
    ages = [pack.consent.below for pack in law().packs if pack.consent and pack.holds_at(place)]
    return max(ages, default=MAJORITY)


def givers(age: int | None, place: str | None, purpose: ConsentPurpose, *, among_minors: bool) -> frozenset[Giver]:
    """Who must agree, by the person's age and the place where they live, or else that of their site.

    A child is always asked, too, whether they want to take part and have their data kept. Somebody whose age is not
    known counts as a child where a programme for minors may be meant (`among_minors`).
    """
    is_young = among_minors if age is None else age < decides_alone_from(place, purpose)
    if not is_young:
        return frozenset({"self"})
    return frozenset({"guardian", "self"}) if purpose in NEEDED_CONSENTS else frozenset({"guardian"})


def standing(
    needed: Collection[Giver], words: Iterable[Word], today: date, *, purpose: ConsentPurpose, of_age_on: date | None
) -> Standing:
    """What follows from the words that count; `of_age_on` is None while the person is no adult, or nobody knows.

    A guardian's word, and a child's beside it, end with the grace after coming of age; nothing else ends by a birthday.
    """
    last = of_age_on + GRACE - timedelta(days=1) if of_age_on else date.max
    said = [(word, min(word.expires_on or date.max, date.max if word.alone else last)) for word in words]
    own = _latest(until for word, until in said if word.giver == "self")
    alone = _latest(until for word, until in said if word.alone)
    guardians = _latest(until for word, until in said if word.giver == "guardian")
    together = min(guardians, own) if purpose in NEEDED_CONSENTS else guardians
    until = together if "guardian" in needed else max(alone, together)
    if until >= today:
        return Standing(True, None if until == date.max else until)
    if "guardian" not in needed:
        return Standing(False, missing=("own-consent",))
    own_missing: tuple[Missing, ...] = ("own-word",) if "self" in needed and own < today else ()
    return Standing(False, missing=(*own_missing, *(("guardian-consent",) if guardians < today else ())))


def _latest(days: Iterable[date]) -> date:
    return max(days, default=date.min)


def waits_for(missing: Iterable[Missing], guardians: Collection[Guardian], age: int | None) -> list[Missing]:
    """Named reasons for whoever helps: why there is no guardian's consent, and whether an age would settle it.

    No pack names an adult who agrees where there is no guardian, so such a consent waits.
    """
    found: list[Missing] = [each for each in missing if each != "guardian-consent"]
    if "guardian-consent" in missing:
        found.append(_of_guardians([each for each in guardians if not each.no_contact]))
        found += ["date-of-birth"] if age is None else []
    return found


def _of_guardians(guardians: Collection[Guardian]) -> Missing:
    if not guardians:
        return "no-guardian"
    if not any(each.is_verified for each in guardians):
        return "guardian-not-verified"
    return "guardian-consent" if any(each.may_give for each in guardians) else "guardian-may-not-consent"


def state_after(before: State, *, stands: bool, was_taken_back: bool) -> State:
    """A consent waits until it stands for the first time or somebody says no; afterwards it stands or it does not."""
    if stands:
        return "given"
    return "withdrawn" if before != "waiting" or was_taken_back else "waiting"


def ended_on(valid_until: date | None, today: date) -> date:
    """The first day on which a consent stands no longer, however late that is noticed."""
    return valid_until + timedelta(days=1) if valid_until and valid_until < today else today


def check_evidence(giver: Giver, method: Method, *, records_themself: bool) -> None:
    """Whoever records a word records another one's, by a method that fits. Raises Contradiction."""
    if records_themself:
        raise Contradiction("Nobody records their own word as evidence; give it with your own token instead.")
    if method == "signed-in":
        raise Contradiction("`signed-in` is for who gives their word here themself; say how else it is known.")
    if method == "own-word" and giver == "guardian":
        raise Contradiction("`own-word` is what a child says for themself; say how the guardian agreed.")
    if method == "school-confirms" and giver == "self":
        raise Contradiction("A school confirms what a guardian agreed to; the child's own word is asked of the child.")


def check_guardian_needed(*, of_age: bool) -> None:
    """Raises Contradiction for a guardian's word about somebody who decides alone (trap 10)."""
    if of_age:
        raise Contradiction("This person is of age and agrees for themself; ask them.")
