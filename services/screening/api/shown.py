"""Cases as callers see them, and the version that an ETag names."""

import zlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.screening.domain.cases import Category, Outcome, State
from services.screening.domain.consents import Shown
from services.screening.tables import Answer, CaseRow, ProposalRow, ResultRow
from shared.contracts import OfferingId, RoleKind, SitePath, Slug
from shared.law import NOT_ADVICE


class Why(BaseModel):
    """Whose rule asks for something and why: the network's by risk factors, or a law's by what connects it."""

    of: str
    rule: str
    why: str
    factors: list[str]
    source: str


class Requirement(BaseModel):
    """A check that the case asks for, why, who performs it and when it passes (R35, R40).

    `factors` and `why` are the first reason's. `only` names the one situation in which it is asked for.
    """

    check: Slug
    factors: list[str]
    why: str
    reasons: list[Why]
    performer: str
    passes: str
    days_old: int | None
    only: str | None

    @classmethod
    def of(cls, step: Mapping[str, Any]) -> Self:
        """A step as the case keeps it."""
        first = step["why"][0]
        return cls.model_validate({**step, "why": first["why"], "factors": first["factors"], "reasons": step["why"]})


class Forbidden(BaseModel):
    """What must not be asked for or done, and by whose rule."""

    check: Slug
    why: list[Why]


class AskedAhead(BaseModel):
    """A check to pass before the person's activity crosses a limit of the law, and whose rule that is."""

    check: Slug
    due_on: date
    why: str
    of: str


class Conflict(BaseModel):
    """A check that one law requires and another one forbids; a person settles it (R41)."""

    check: Slug
    required: list[Why]
    forbidden: list[Why]


class Unsettled(BaseModel):
    """What no source was read for; a person settles it, in the case by the name in `what` or for the whole site."""

    what: str
    about: str
    accepted: bool


class CaseSummary(BaseModel):
    """A case in a list; why it was declined is not part of it (R54). `follows`: the case that it renews or reopens."""

    model_config = ConfigDict(from_attributes=True)

    clearance: UUID
    application: UUID
    follows: UUID | None
    person: UUID
    role: Slug
    kind: RoleKind
    offering: OfferingId
    site: SitePath
    state: State
    required: list[Slug]
    known: bool
    """Whether all was heard and read of place and person that a clearance depends on."""
    opened_at: datetime
    valid_until: date | None
    ended_on: date | None

    @classmethod
    def of(cls, row: CaseRow, is_near: bool) -> Self:
        """The case; to its person and those near to them it is open while a decision waits for a second person."""
        shown = cls.model_validate(row)
        return shown.model_copy(update={"state": "open"}) if is_near and row.state == "proposed" else shown


class Proposed(BaseModel):
    """A decision that waits for a second person, or was answered by one."""

    model_config = ConfigDict(from_attributes=True)

    clears: bool
    criterion: str
    criterion_version: int
    category: Category
    valid_until: date | None
    proposed_by: str
    proposed_at: datetime
    answer: Answer | None
    answered_by: str | None
    answered_at: datetime | None
    reason: str | None


class RecordedResult(BaseModel):
    """A recorded result, for screeners."""

    check: Slug
    outcome: Outcome
    valid_until: date | None
    reference: str | None
    authority: str | None
    number: str | None
    recorded_by: str
    recorded_at: datetime


class CaseDetail(CaseSummary):
    """A case as its screeners see it; its person sees it without results and criteria.

    Nobody is cleared before each conflict and each `unsettled` that was not accepted for the site was settled.
    `consents` is shown where one case is read: a clearance stays when a consent is withdrawn.
    """

    requirements: list[Requirement]
    forbidden: list[Forbidden] = []
    conflicts: list[Conflict] = []
    unsettled: list[Unsettled] = []
    second_person: bool
    asked_ahead: list[AskedAhead] = []
    notice: str = NOT_ADVICE
    criterion: str | None = None
    criterion_version: int | None = None
    category: Category | None = None
    decided_by: str | None = None
    agreed_by: str | None = None
    decided_at: datetime | None = None
    referred_to: str | None = None
    ending_criterion: str | None = None
    ending_version: int | None = None
    ending_category: Category | None = None
    results: list[RecordedResult] = []
    consents: Shown | None = None
    proposal: Proposed | None = None

    @classmethod
    def for_person(cls, row: CaseRow) -> Self:
        """What the person themselves may know: what is asked, why, and the state."""
        summary = CaseSummary.of(row, is_near=True).model_dump()
        asked = [Requirement.of(step) for step in row.requirements.get("steps", ())]
        told = {name: row.requirements.get(name, []) for name in ("forbidden", "conflicts", "unsettled")}
        told |= {"second_person": row.second_person, "asked_ahead": row.asked_ahead}
        return cls.model_validate({**summary, "requirements": asked, **told})

    @classmethod
    def for_screener(cls, row: CaseRow, results: Mapping[str, ResultRow], proposal: ProposalRow | None) -> Self:
        """All that is recorded."""
        citations = {name: getattr(row, name) for name in _FOR_SCREENERS}
        recorded = [_recorded(results[check]) for check in sorted(results)]
        proposed = Proposed.model_validate(proposal) if proposal else None
        all_of_it = {**citations, "state": row.state, "results": recorded, "proposal": proposed}
        return cls.for_person(row).model_copy(update=all_of_it)

    @property
    def version(self) -> int:
        """What an ETag names for who sees no evidence: what they see, so that it tells nothing more (trap 15)."""
        return zlib.crc32(self.model_dump_json().encode())


_NOT_OF_THE_ROW = {
    "requirements", "forbidden", "conflicts", "unsettled", "notice", "results", "consents", "proposal", "asked_ahead",
}  # fmt: skip
_FOR_SCREENERS = CaseDetail.model_fields.keys() - CaseSummary.model_fields.keys() - _NOT_OF_THE_ROW


def _recorded(row: ResultRow) -> RecordedResult:
    return RecordedResult(
        check=row.check_name, outcome=row.outcome, valid_until=row.valid_until, reference=row.reference,
        authority=row.authority, number=row.number, recorded_by=row.recorded_by, recorded_at=row.recorded_at,
    )  # fmt: skip


def version_of(row: CaseRow) -> int:
    """What an ETag names: the case's version together with what was heard of role and place, which counts nothing."""
    heard = f"{row.required} {row.risks} {row.known} {row.second_person}"
    return zlib.crc32(f"{row.version} {row.state} {heard}".encode())
