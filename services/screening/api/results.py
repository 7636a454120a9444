"""Results of checks: outcome, validity, and where the evidence is kept; never the record."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.screening import decisions
from services.screening.api.decisions import answer
from services.screening.api.shown import CaseDetail, version_of
from services.screening.domain.cases import Outcome, check_results
from services.screening.queries import results_of
from services.screening.tables import ResultRow
from services.screening.visibility import actor, case_to_screen
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, require_match

router = APIRouter(route_class=TransactionRoute)

Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]


class NewResult(BaseModel):
    """How a check ended. `reference` says where the evidence is kept; send no record."""

    model_config = ConfigDict(extra="forbid")

    check: Slug
    outcome: Outcome
    valid_until: date | None = None
    reference: Reference | None = None


class NewResults(BaseModel):
    """Results of one case, one of each check; all are recorded, or none."""

    model_config = ConfigDict(extra="forbid")

    results: Annotated[list[NewResult], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _one_of_each_check(self) -> Self:
        if len({result.check for result in self.results}) < len(self.results):
            raise ValueError("results name a check twice; send one result of each check")
        return self


@router.post("/cases/{clearance}/results")
async def record_results(
    clearance: UUID, body: NewResults, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> CaseDetail:  # fmt: skip
    """Record results of required checks; the same results again change nothing."""
    row = await case_to_screen(session, caller, clearance)
    known = await results_of(session, clearance)
    if new := [result for result in body.results if not _is_known(known, result)]:
        check_results(row.required, row.state, [result.check for result in body.results])
        if "if-match" in request.headers:
            require_match(request, version_of(row))
        corrects = any(result.check in known for result in new)
        for result in new:
            row_of_check = known.setdefault(result.check, ResultRow(clearance=clearance, check_name=result.check))
            _record(row_of_check, result, actor(caller), clock.now())
        session.add_all(known.values())
        row.version += 1
        decisions.note(session, row, "correction" if corrects else "results", actor(caller), clock.now())
    await session.flush()
    return await answer(session, row, response)


def _is_known(known: Mapping[str, ResultRow], result: NewResult) -> bool:
    row = known.get(result.check)
    said = (result.outcome, result.valid_until, result.reference)
    return row is not None and (row.outcome, row.valid_until, row.reference) == said


def _record(row: ResultRow, result: NewResult, by: str, at: datetime) -> None:
    row.outcome, row.valid_until, row.reference = result.outcome, result.valid_until, result.reference
    row.recorded_by, row.recorded_at = by, at
