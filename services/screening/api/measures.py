"""The ladder (R57): replies and measures in a conduct case, and the answers to its legal reports."""

from datetime import date
from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import exists, select

from services.screening import conduct, reporting
from services.screening.api.conduct_cases import check_named, check_version, conduct_answer
from services.screening.api.conduct_shown import ClauseNumber, ClauseVersion, ConductCaseDetail, Text
from services.screening.conduct_visibility import conduct_case_to_work_on, named_in
from services.screening.domain.conduct import Kind, check_dismissal, check_measure, check_reply
from services.screening.fields import Line
from services.screening.tables import ConductCaseRow, MeasureRow, ReplyRow, ReportAnswerRow, ReportRow
from services.screening.visibility import SCREENERS
from shared.access import CallerDep
from shared.contracts import Contradiction, Moment, SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewReply(BaseModel):
    """What a named person says to it, or the day by which they did not answer."""

    model_config = ConfigDict(extra="forbid")

    person: UUID
    said: Text | None = None
    no_answer_by: date | None = None


class NewMeasure(BaseModel):
    """A measure for a named person, citing a clause (R55). `scope` of a dismissal is the case's site if left out."""

    model_config = ConfigDict(extra="forbid")

    person: UUID
    measure: Kind
    clause: ClauseNumber
    clause_version: ClauseVersion
    until: Moment | None = None
    scope: SitePath | None = None


class ReportAnswer(BaseModel):
    """A report was done (reference, day), or is not due (reason)."""

    model_config = ConfigDict(extra="forbid")

    answer: Literal["done", "not-due"]
    reference: Line | None = None
    done_on: date | None = None
    reason: Text | None = None

    @model_validator(mode="after")
    def _says_what_it_must(self) -> Self:
        done = self.reference is not None and self.done_on is not None and self.reason is None
        not_due = self.reference is None and self.done_on is None and self.reason is not None
        if not (done if self.answer == "done" else not_due):
            raise ValueError("`done` takes reference and done_on, `not-due` takes reason")
        return self


@router.post("/conduct-cases/{case}/replies", status_code=201)
async def record_reply(
    case: UUID, body: NewReply, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ConductCaseDetail:
    """Record what a person says to it; without it nobody is dismissed."""
    row, now = await conduct_case_to_work_on(session, caller, case), clock.now()
    await check_named(session, row, body.person)
    check_reply(body.said, body.no_answer_by, now.date())
    reply = ReplyRow(
        reply=new_id(), case=case, person=body.person, said=body.said, no_answer_by=body.no_answer_by,
        recorded_by=caller.subject, recorded_at=now,
    )  # fmt: skip
    session.add(reply)
    conduct.note(session, row, "reply", caller.subject, now, person=body.person)
    return await conduct_answer(session, row, response)


@router.post("/conduct-cases/{case}/measures", status_code=201)
async def set_measure(
    case: UUID, body: NewMeasure, request: Request, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> ConductCaseDetail:  # fmt: skip
    """Set a measure. A dismissal ends each clearance of the person in its scope at once (trap 7)."""
    row, now = await conduct_case_to_work_on(session, caller, case), clock.now()
    check_version(request, row)
    scope = body.scope or row.site
    check_measure(body.measure, body.person, await named_in(session, case), body.until, now)
    if body.measure == "dismiss":
        caller.require(*SCREENERS, site=scope)
        await _check_dismissal(session, row, body.person)
    elif body.scope:
        raise Invalid.field("scope", "belongs to a dismissal alone")
    measure = MeasureRow(
        measure=new_id(), case=case, person=body.person, kind=body.measure, clause=body.clause,
        clause_version=body.clause_version, scope=scope, decided_by=caller.subject, decided_at=now, until=body.until,
    )  # fmt: skip
    await conduct.measure(session, row, measure, now)
    return await conduct_answer(session, row, response)


async def _check_dismissal(session: SessionDep, row: ConductCaseRow, person: UUID) -> None:
    own = [each for each in await conduct.measures_of(session, row.case) if each.person == person]
    if any(each.kind == "dismiss" for each in own):
        raise Contradiction("This person is dismissed by this case already.")
    replied = exists().where(ReplyRow.case == row.case, ReplyRow.person == person)
    check_dismissal(
        row.weight,
        replied=bool(await session.scalar(select(replied))),
        suspended=any(each.kind == "suspend" for each in own),
    )


@router.post("/conduct-cases/{case}/measures/{measure}/end")
async def end_measure(
    case: UUID, measure: UUID, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ConductCaseDetail:
    """Let a restriction or suspension end now; ending it again changes nothing."""
    row = await conduct_case_to_work_on(session, caller, case)
    found = await session.get(MeasureRow, measure)
    if found is None or found.case != case:
        raise NotFound("There is no such measure in this case.")
    if not conduct.as_measure(found).freezes(found.decided_at):
        if found.ended_at is None:
            raise Contradiction("Only a restriction or a suspension can be ended.")
    else:
        await conduct.end_measure(session, row, found, caller.subject, clock.now())
    return await conduct_answer(session, row, response)


@router.post("/conduct-cases/{case}/reports/{report}/answers", status_code=201)
async def answer_report(
    case: UUID, report: UUID, body: ReportAnswer, response: Response,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> ConductCaseDetail:  # fmt: skip
    """Record that a report was done, or why it is not due, with the caller's name; what was recorded before stays."""
    row, now = await conduct_case_to_work_on(session, caller, case), clock.now()
    found = await session.get(ReportRow, report)
    if found is None or found.case != case:
        raise NotFound("There is no such report in this case.")
    if body.done_on and body.done_on > now.date():
        raise Invalid.field("done_on", "is still to come")
    given = ReportAnswerRow(
        report_answer=new_id(), report=report, answer=body.answer, reference=body.reference, done_on=body.done_on,
        reason=body.reason, answered_by=caller.subject, answered_at=now,
    )  # fmt: skip
    await reporting.answer(session, found, given)
    conduct.note(session, row, "report", caller.subject, now, person=found.person)
    return await conduct_answer(session, row, response)
