"""Checks that a vendor does: which and where, when it is asked again, and which of its reports counts.

Of a report the outcome, a reference and a date are known here, never the record (GDPR art. 10). `review` says that the
vendor found something a person has to look at: it refuses nobody.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.screening.domain.cases import State
from shared.contracts import Contradiction

VendorOutcome = Literal["clear", "review", "impossible"]
"""Nothing was found; something was; it could not be done."""
OrderState = Literal["to-send", "sent", "reported", "stalled", "dropped"]
"""Stalled: no answer after all was tried, though a late one is taken. Dropped: nobody needs it any more."""

LIVE: frozenset[OrderState] = frozenset(("to-send", "sent"))
TAKING: frozenset[State] = frozenset(("open", "proposed"))
"""States of a case in which a report is of use; in any other one nothing of it is kept."""
ORDER_AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 10, 60, 360, 1440))
"""Waits between tries to order; the last one without success stalls the step."""
ASK_AGAIN = tuple(timedelta(days=days) for days in (1, 2, 4, 7, 14))
"""Waits for a report before each question after it: four weeks, as long as the step has."""

EARLIEST = date(2000, 1, 1)
_SERVED = re.compile(r"([a-z0-9-]{1,32}(?:\.[a-z0-9-]{1,32})*):([a-z0-9-]{1,32})")
_CAUTION: Mapping[str, int] = {"clear": 0, "impossible": 1, "review": 2}

Served = frozenset[tuple[str, str]]
"""(place, check): the vendor does the check at the place and below."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a vendor said: how its check ended, where the record is, and of which day it is."""

    outcome: VendorOutcome
    reference: str
    on: date


def served_from(setting: str) -> Served:
    """What a vendor does, from `place:check` separated by spaces. Raises ValueError."""
    found = [(each, _SERVED.fullmatch(each)) for each in setting.split()]
    if any(match is None for _, match in found):
        raise ValueError("must be place:check, several separated by spaces: net.us:record-check")
    return frozenset((match[1], match[2]) for _, match in found if match)


def serves(served: Served, site: str, checks: Iterable[str]) -> bool:
    """Whether the vendor does one of the checks at a site."""
    wanted = set(checks)
    return any(check in wanted and f"{site}.".startswith(f"{place}.") for place, check in served)


def wait_before(state: OrderState, tries: int) -> timedelta | None:
    """How long to wait before calling the vendor again after so many calls in this state; None: no more."""
    waits = ORDER_AGAIN if state == "to-send" else ASK_AGAIN
    return waits[tries] if tries < len(waits) else None


def decisive(reports: Collection[Report]) -> Report | None:
    """The report that counts, in whatever order they came: the latest day's, of one day the most cautious."""
    return max(reports, key=lambda each: (each.on, _CAUTION[each.outcome], each.reference), default=None)


def is_plausible(report: Report, today: date) -> bool:
    """Whether a report can be of its day: not of the future, where clocks differ by a day."""
    return EARLIEST <= report.on <= today + timedelta(days=1)


def months_of(requirements: Mapping[str, Any], check: str) -> int | None:
    """For how many months a case lets a check stand."""
    steps: Iterable[Mapping[str, Any]] = requirements.get("steps", ())
    return next((step["validity"] for step in steps if step["check"] == check), None)


def check_orderable(served: Served, site: str, check: str, *, waits: bool) -> None:
    """Raise Contradiction where no vendor does this check here, or one was asked and has not answered."""
    if not serves(served, site, [check]):
        raise Contradiction(f"No vendor does {check} at this place; do the check and enter its result by hand.")
    if waits:
        raise Contradiction("The vendor was asked for this check and has not answered yet.")
