"""Results of checks: outcome, validity, and where the evidence is kept; never the record."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.screening import agreeing
from services.screening.api.decisions import answer
from services.screening.api.shown import CaseDetail, version_of
from services.screening.domain.cases import Outcome
from services.screening.domain.consents import ANSWERED_BY_INTAKE, check_typed
from services.screening.fields import Line
from services.screening.queries import results_of
from services.screening.recording import Finding, is_known, record
from services.screening.visibility import actor, case_to_screen
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute, require_match

router = APIRouter(route_class=TransactionRoute)


class NewResult(BaseModel):
    """How a check ended. `reference` says where the evidence is kept; send no record.

    Of a certificate, the authority that gave it, its number, and its last day, which limits the clearance.
    """

    model_config = ConfigDict(extra="forbid")

    check: Slug
    outcome: Outcome
    valid_until: date | None = None
    reference: Line | None = None
    authority: Line | None = None
    number: Annotated[Line, Field(max_length=100)] | None = None

    @model_validator(mode="after")
    def _a_number_is_an_authority_s(self) -> Self:
        if (self.authority is None) != (self.number is None):
            raise ValueError("authority and number go together; send both of a certificate, or neither")
        return self


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
    found = [Finding(**result.model_dump()) for result in body.results]
    if typed := ANSWERED_BY_INTAKE.intersection(each.check for each in found if not is_known(known, each)):
        check_typed(typed, await agreeing.consents_of(session, row.person))
    if not all(is_known(known, finding) for finding in found) and "if-match" in request.headers:
        require_match(request, version_of(row))
    await record(session, row, known, found, actor(caller), clock.now())
    return await answer(session, row, response)
