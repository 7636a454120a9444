"""Stopping the line (R78): where nobody is cleared, paired or written to until somebody lifts it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.intake.domain.places import covers
from shared.contracts import Contradiction
from shared.contracts.intake import Stop

StopReason = Literal["serious-incident", "several-concerns", "nobody-to-look-after", "authority-asks", "data-breach"]
LiftReason = Literal["cleared-up", "made-safer", "mistaken"]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a stop holds and when: at and below a site, for one programme or for all. `ends`: None while it stands."""

    site: str
    programme: str | None
    starts: datetime
    ends: datetime | None

    def holds_at(self, offering: str) -> bool:
        """Whether an offering is within reach."""
        programme, _, site = offering.partition("@")
        return covers(self.site, site) and self.programme in (None, programme)


def stops_at(offering: str, stops: Iterable[Reach]) -> list[Stop]:
    """The times at which an offering was stopped, those that stand too, oldest first; overlapping ones are one."""
    found: list[Stop] = []
    for each in sorted((stop for stop in stops if stop.holds_at(offering)), key=lambda stop: stop.starts):
        last = found[-1] if found else None
        if last is None or (last.ends is not None and last.ends < each.starts):
            found.append(Stop(starts=each.starts, ends=each.ends))
        elif last.ends is not None:
            ends = None if each.ends is None else max(last.ends, each.ends)
            found[-1] = Stop(starts=last.starts, ends=ends)
    return found


def check_lift(stopped_by: str, lifts: str) -> None:
    """Raises Contradiction where somebody would lift what they stopped themself: two people answer for going on."""
    if stopped_by == lifts:
        raise Contradiction("Whoever stopped the line does not lift it; ask another administrator.")
