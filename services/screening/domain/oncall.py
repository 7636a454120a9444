"""The on-call rota: who is paged next, and where nobody is. "Paged" means acknowledged."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.contracts import Contradiction
from shared.contracts.messaging import Weight

PATIENCE: dict[Weight, timedelta] = {
    "emergency": timedelta(minutes=15),
    "harm": timedelta(hours=1),
    "talk": timedelta(hours=4),
}
"""How long a page waits for its acknowledgement before the next person is paged (domain time)."""
LONGEST_DUTY = timedelta(days=31)
LONGEST_LOOK = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody is on call for a place; the lower `order` is paged first."""

    person: UUID
    site: str
    starts: datetime
    ends: datetime
    order: int


def places_up(site: str) -> list[str]:
    """A place and all above it, from the lowest."""
    parts = site.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def next_on_call(
    site: str, duties: Iterable[Duty], now: datetime, paged: Mapping[UUID, int], barred: Collection[UUID]
) -> UUID | None:
    """Whom to page next: the rota of the place in its order, then that of the level above, then all over again.

    `paged` counts the pages that each was sent. Whoever is barred from the case is passed over. None: nobody is on
    call at any level.
    """
    places = places_up(site)
    on_call = [
        (paged.get(duty.person, 0), places.index(duty.site), duty.order, duty.person)
        for duty in duties
        if duty.site in places and duty.starts <= now < duty.ends and duty.person not in barred
    ]
    return min(on_call)[-1] if on_call else None


def gaps(duties: Iterable[Duty], starts: datetime, ends: datetime) -> list[tuple[datetime, datetime]]:
    """The spans within a time in which nobody is on call."""
    found, covered = [], starts
    for duty in sorted(duties, key=lambda duty: duty.starts):
        if duty.starts > covered:
            found.append((covered, min(duty.starts, ends)))
        covered = max(covered, duty.ends)
        if covered >= ends:
            break
    if covered < ends:
        found.append((covered, ends))
    return [(begin, end) for begin, end in found if begin < end]


def check_span(starts: datetime, ends: datetime, longest: timedelta) -> None:
    """Raise Contradiction for a span that ends before it begins, or is too long."""
    if not starts < ends:
        raise Contradiction("`ends` must be after `starts`.")
    if ends - starts > longest:
        raise Contradiction(f"Name a time of {longest.days} days at the most.")
