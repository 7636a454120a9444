"""A case that follows another one of the same application: a renewal before the end, or what an appeal opens anew."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.screening.domain.cases import Result, State
from shared.contracts import Contradiction

RENEWAL_AHEAD = timedelta(days=90)
"""So long before its last day a clearance may be renewed; the first notice comes 60 days before."""
APPEAL_TIME = timedelta(days=30)

Outcome = Literal["upheld", "overturned"]
"""The decision stands, or the case is opened anew."""


def check_renewable(state: State, valid_until: date | None, today: date) -> None:
    """Raise Contradiction unless the clearance stands and its end is near."""
    if state != "cleared" or valid_until is None:
        raise Contradiction(f"This case is {state}; only a clearance that stands is renewed. Apply again instead.")
    if today < valid_until - RENEWAL_AHEAD:
        raise Contradiction(f"This clearance is renewed from {valid_until - RENEWAL_AHEAD} on, 90 days before its end.")


def carried(results: Mapping[str, Result], valid_until: date) -> frozenset[str]:
    """What a renewal takes over: passed, with an end of its own that is later than the old clearance's.

    What has no end of its own was good for that clearance, and is looked at anew (R29).
    """
    return frozenset(
        check
        for check, result in results.items()
        if result.outcome == "passed" and result.valid_until and result.valid_until > valid_until
    )


def check_appealable(state: State, decided_on: date | None, today: date) -> None:
    """Raise Contradiction unless somebody was declined, or a clearance was ended by a decision, within 30 days."""
    if state not in ("declined", "ended") or decided_on is None:
        raise Contradiction("An appeal is against a refusal, or against a clearance that was ended before its day.")
    if today > decided_on + APPEAL_TIME:
        raise Contradiction(f"The time to appeal ended on {decided_on + APPEAL_TIME}; apply again instead.")


def check_hearer(hearer: UUID | None, took_part: Collection[str]) -> None:
    """Raise Contradiction unless a person hears the appeal who took no part in the decision."""
    if hearer is None:
        raise Contradiction("An appeal is heard by a person: use a token of their own.")
    if str(hearer) in took_part:
        raise Contradiction("Whoever took part in the decision does not hear the appeal; ask another screener.")


def decided_on(state: State, decided_at: datetime | None, ended_on: date | None, *, by_decision: bool) -> date | None:
    """The day of what an appeal may be against; None where nothing was decided, or a clearance just ran out."""
    if state == "declined" and decided_at:
        return decided_at.date()
    return ended_on if state == "ended" and by_decision else None
