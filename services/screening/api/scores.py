"""How an interview went: no-shows, scores by the form, and a screener's outcome beside the rule's sentence."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.screening.api.interviews import InterviewShown, Score, interview_of, shown_to
from services.screening.data import interview_forms
from services.screening.domain.cases import Outcome
from services.screening.domain.interviews import (
    CHECK,
    DAYS_TO_CHOOSE,
    InterviewForm,
    after_no_show,
    check_begun,
    faults_of_scores,
    verdict,
)
from services.screening.domain.verdicts import Verdict, check_outcome
from services.screening.fields import Body, Prose
from services.screening.recording import Finding, record_one
from services.screening.slots import slot_of
from services.screening.steps import move_step, open_step
from services.screening.tables import CaseRow, InterviewRow
from services.screening.visibility import SCREENERS, case_to_screen
from shared.access import CallerDep
from shared.contracts import Contradiction, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class Scores(Body):
    """All dimensions of the form, and a note on each scenario, in their order."""

    scores: Annotated[dict[Slug, Score], Field(min_length=1, max_length=10)]
    scenarios: Annotated[list[Prose], Field(max_length=10)]


class Conclusion(Body):
    """The screener's outcome. Against the form's rule it needs a reason."""

    outcome: Outcome
    reason: Prose | None = None


@router.get("/interview-forms")
async def forms(caller: CallerDep) -> list[InterviewForm]:
    """The standard protocols, for who screens."""
    caller.require_anywhere(*SCREENERS)
    return list(interview_forms().values())


@router.post("/cases/{clearance}/interview/no-show")
async def no_show(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> InterviewShown:
    """The person did not come. After the second time a screener decides how to go on; nothing rejects by itself."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await interview_of(session, clearance)
    if row.state == "held":
        raise Contradiction("The interview was held.")
    booked = await slot_of(session, row)
    check_begun(row.state, booked.starts_at if booked else None, clock.now())
    row.no_shows += 1
    row.slot, row.state = None, after_no_show(row.no_shows)
    paused = row.state == "paused"
    due = clock.today() + timedelta(days=0 if paused else DAYS_TO_CHOOSE)
    await move_step(session, case, CHECK, "to-do" if paused else "invited", due)
    return await shown_to(session, row, for_staff=True)


@router.put("/cases/{clearance}/interview/scores")
async def score(
    clearance: UUID, body: Scores, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """The interviewer's scores by the form; the answer has the sentence that its rule comes to."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await interview_of(session, clearance)
    booked = await slot_of(session, row)
    check_begun(row.state, booked.starts_at if booked else None, clock.now())
    if row.scored_by not in (None, caller.subject):
        raise Forbidden("Somebody else held this interview; only they change its scores.")
    if faults := list(faults_of_scores(_form(row), body.scores, len(body.scenarios))):
        errors = [{"field": field, "reason": reason} for field, reason in faults]
        raise Invalid("These scores do not fit the form; see errors.", errors)
    row.scores = {name: each.model_dump() for name, each in body.scores.items()}
    row.scenarios, row.state = body.scenarios, "held"
    row.scored_by, row.scored_at = caller.subject, clock.now()
    row.rule = _verdict(row).sentence
    return await shown_to(session, row, for_staff=True)


@router.post("/cases/{clearance}/interview/outcome")
async def conclude(
    clearance: UUID, body: Conclusion, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """A screener says how the interview ended, with the rule's sentence before them; the same again changes nothing."""
    case = await case_to_screen(session, caller, clearance)
    row = await interview_of(session, clearance)
    if (row.outcome, row.reason) != (body.outcome, body.reason):
        await open_step(session, case, CHECK)
        if row.state != "held":
            raise Contradiction("The interview has no scores yet; the interviewer records them first.")
        check_outcome(_verdict(row), body.outcome, body.reason)
        row.outcome, row.reason = body.outcome, body.reason
        await _record(session, case, row, caller.subject, clock)
    return await shown_to(session, row, for_staff=True)


async def _record(session: SessionDep, case: CaseRow, row: InterviewRow, by: str, clock: ClockDep) -> None:
    reference = f"interview of {row.scored_at:%Y-%m-%d}, form {row.form} {row.form_version}"
    finding = Finding(CHECK, "passed" if row.outcome == "passed" else "failed", reference=reference)
    await record_one(session, case, finding, by, clock.now())


def _form(row: InterviewRow) -> InterviewForm:
    return interview_forms()[row.form, row.form_version]


def _verdict(row: InterviewRow) -> Verdict:
    scores: Mapping[str, Any] = row.scores
    return verdict(_form(row), {name: int(each["score"]) for name, each in scores.items()})
