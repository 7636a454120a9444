"""What matching tells the others: who is paired with whom, and until when."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.base import Audience, Event, Kind, OfferingId, Resent, RoleKind, SitePath

PairKind = Literal["assigned", "nominated"]
"""Proposed by a run, or named by two people who know each other already (R1)."""


class Member(BaseModel):
    """A person's part in a pair."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: UUID
    role: RoleKind


_PAIR: dict[str, Any] = {
    "pair": "01985b3e-7a10-7000-8000-000000000004",
    "offering": "first-steps@net.af.kabul",
    "site": "net.af.kabul",
    "other_site": None,
    "pair_kind": "assigned",
    "members": [
        {"person": "01985b3e-7a10-7000-8000-000000000001", "role": "mentor"},
        {"person": "01985b3e-7a10-7000-8000-000000000005", "role": "mentee"},
    ],
}


class PairMatched(
    Event, name="pair.matched", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="pair/{pair}"
):
    """A coordinator confirmed a pair; its members may write to each other from now on."""

    pair: UUID
    offering: OfferingId
    site: SitePath
    other_site: SitePath | None = None
    pair_kind: PairKind
    term_ends: date | None = None
    members: list[Member] = Field(min_length=2)

    example = {**_PAIR, "term_ends": None}


class PairClosed(
    Event, name="pair.closed", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="pair/{pair}"
):
    """A pair ended; why stays in matching."""

    pair: UUID
    offering: OfferingId
    site: SitePath
    other_site: SitePath | None = None
    pair_kind: PairKind
    members: list[Member] = Field(min_length=2)
    closed_on: date

    example = {**_PAIR, "closed_on": "2027-02-01"}


class MatchingResent(
    Resent,
    Event,
    name="matching.resent",
    version=1,
    kind=Kind.STATE,
    audience=Audience.PLATFORM,
    subject="resend/{resent}",
):
    """Matching has told a whole family of its state events anew; what was not among it is not known to it any more."""

    example = {"resent": "pair", "epoch": 2, "subjects": 60, "site": "everywhere"}
