"""Which legal reports a conduct case asks for, and by when: from the packs of the law of its places.

A report is asked for, never assumed: a person records that it was done or why it is not due.
"""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.contracts.messaging import Weight
from shared.law import Factor, Law, Report

Of = Literal["suspected-abuse", "removal-over-harm"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that may have to be reported: since when, and of a removal whose it is."""

    of: Of
    at: datetime
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A report that is asked for: to whom, by when (None: the source names no time), by which rule of which pack."""

    of: Of
    pack: str
    to: str
    person: UUID | None
    due_at: datetime | None
    why: str
    source: str


def triggers(weight: Weight, weighed_at: datetime, removals: Iterable[tuple[UUID, datetime]]) -> list[Trigger]:
    """What of a case the law may want to hear: harm or an emergency, and each removal or leaving over it."""
    abuse = [Trigger("suspected-abuse", weighed_at)] if weight in ("harm", "emergency") else []
    first: dict[UUID, datetime] = {}
    for person, at in removals:
        first[person] = min(at, first.get(person, at))
    return [*abuse, *(Trigger("removal-over-harm", at, person) for person, at in first.items())]


def asked_reports(found: Iterable[Trigger], places: Iterable[Mapping[Factor, str]], law: Law) -> list[Asked]:
    """The reports that the law of these places asks for, each once."""
    asked: dict[tuple[str, str, str, UUID | None], Asked] = {}
    for trigger in found:
        for place in places:
            for each in law.connected(place):
                for report in each.reports:
                    if report.of == trigger.of:
                        one = _asked(trigger, each.pack.pack, report, each.pack.sources[report.source].title)
                        asked[one.of, one.pack, one.to, one.person] = one
    return list(asked.values())


def _asked(trigger: Trigger, pack: str, report: Report, source: str) -> Asked:
    return Asked(trigger.of, pack, report.to, trigger.person, due_at(report, trigger.at), report.why, source)


def due_at(report: Report, at: datetime) -> datetime | None:
    """By when it has to be in writing, counted from a moment."""
    if report.within_hours is not None:
        return at + timedelta(hours=report.within_hours)
    if report.within_months is not None:
        return months_after(at, report.within_months)
    return None


def months_after(at: datetime, months: int) -> datetime:
    """The same day and hour some months later; the month's last day where it has no such day."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))
