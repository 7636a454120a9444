"""Adverse action: disclosure and authorisation, the notice with the report, disputes, the waiting, the final notice."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.screening import adverse
from services.screening.domain.adverse_action import (
    DISCLOSURE,
    FINAL_NOTICE,
    NOTICE,
    SAY,
    Authorised,
    DisputeOutcome,
    Sent,
    Stage,
    check_running,
    check_stage,
    is_asked,
    left,
)
from services.screening.fields import Body
from services.screening.tables import AdverseActionRow, CaseRow
from services.screening.visibility import actor, case_for, case_to_screen, own_case, sees_evidence
from shared.access import Caller, CallerDep
from shared.contracts import Contradiction
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.law import NOT_ADVICE

router = APIRouter(route_class=TransactionRoute)


class Authorisation(Body):
    """That the person authorises the check after reading the disclosure; staff record what was signed on paper."""

    texts_version: Literal[1]


class Sending(Body):
    """How a letter reached the person, the report with it."""

    how: Sent


class Settling(Body):
    """What came of a dispute: the report stands, or was corrected by the vendor."""

    outcome: DisputeOutcome


class Process(BaseModel):
    """What was done, for the person and for staff. `days_left`: business days still to pass."""

    model_config = ConfigDict(from_attributes=True)

    asked: bool = False
    texts_version: int
    disclosure: str = DISCLOSURE
    authorised_at: datetime | None
    noticed_at: datetime | None
    disputed_at: datetime | None
    settled_at: datetime | None
    finished_at: datetime | None
    legal_notice: str = NOT_ADVICE


class ForStaff(Process):
    """With who did what, the letters, and what is to be done next before a refusal that rests on a report."""

    next: Stage | None = None
    say: str | None = None
    notice: str = NOTICE
    final_notice: str = FINAL_NOTICE
    authorised_by: str | None
    authorised_how: Authorised | None
    noticed_by: str | None
    noticed_how: Sent | None
    days_left: int
    counting_from: date | None
    disputed_by: str | None
    settled_by: str | None
    dispute_outcome: DisputeOutcome | None
    finished_by: str | None
    finished_how: Sent | None


Shown = ForStaff | Process


@router.get("/cases/{clearance}/adverse-action")
async def adverse_action(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Shown:
    """What comes before a refusal that rests on a vendor's report, and how far that is."""
    case = await case_for(session, caller, clearance)
    row = await adverse.process_of(session, case)
    return await _shown(session, case, row, clock.today(), for_staff=await sees_evidence(session, caller, case))


@router.post("/cases/{clearance}/adverse-action/authorisation")
async def authorise(
    clearance: UUID, body: Authorisation, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Shown:
    """Record that the person authorises the vendor's check, having read the disclosure that stands alone."""
    case, row, for_staff = await _opened(session, caller, clearance)
    if row.authorised_at is None:
        row.texts_version = body.texts_version
        row.authorised_at, row.authorised_by = clock.now(), actor(caller)
        row.authorised_how = "on-paper" if for_staff else "here"
        adverse.keep(session, case, row, "authorised", actor(caller), clock.now())
    return await _shown(session, case, row, clock.today(), for_staff=for_staff)


@router.post("/cases/{clearance}/adverse-action/notice")
async def send_notice(clearance: UUID, body: Sending, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Shown:
    """Record that the notice went out with the report; from now on the person may dispute it."""
    case, row, stage = await _at_stage(session, caller, clearance, clock.today())
    if stage == "notice" or row.noticed_at is None:
        check_stage(stage, "notice")
        row.noticed_at, row.noticed_by, row.noticed_how = clock.now(), actor(caller), body.how
        adverse.notice_sent(row, clock.today())
        adverse.keep(session, case, row, "noticed", actor(caller), clock.now())
    return await _shown(session, case, row, clock.today(), for_staff=True)


@router.post("/cases/{clearance}/adverse-action/dispute")
async def dispute(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Shown:
    """The person says that the report is wrong, or staff heard it from them; the waiting stops."""
    case, row, for_staff = await _opened(session, caller, clearance)
    if row.noticed_at is None:
        raise Contradiction("No report was sent to dispute.")
    if row.disputed_at is None or row.settled_at is not None:
        adverse.disputed(row, clock.today())
        row.disputed_at, row.disputed_by = clock.now(), actor(caller)
        adverse.keep(session, case, row, "disputed", actor(caller), clock.now())
    return await _shown(session, case, row, clock.today(), for_staff=for_staff)


@router.post("/cases/{clearance}/adverse-action/settlement")
async def settle_dispute(
    clearance: UUID, body: Settling, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Shown:
    """Record what came of a dispute: the waiting goes on, or a new notice is due of what was corrected."""
    case, row, _ = await _at_stage(session, caller, clearance, clock.today())
    if row.disputed_at is None:
        raise Contradiction("Nobody disputes the report.")
    if row.settled_at is None:
        row.settled_at, row.settled_by, row.dispute_outcome = clock.now(), actor(caller), body.outcome
        adverse.settled(row, clock.today())
        adverse.keep(session, case, row, "dispute-settled", actor(caller), clock.now())
    elif row.dispute_outcome != body.outcome:
        raise Contradiction("This dispute was settled otherwise.")
    return await _shown(session, case, row, clock.today(), for_staff=True)


@router.post("/cases/{clearance}/adverse-action/final-notice")
async def finish(clearance: UUID, body: Sending, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Shown:
    """Record that the final notice went out; now the refusal may be decided."""
    case, row, stage = await _at_stage(session, caller, clearance, clock.today())
    if row.finished_at is None or stage is not None:
        check_stage(stage, "final-notice")
        row.finished_at, row.finished_by, row.finished_how = clock.now(), actor(caller), body.how
        adverse.keep(session, case, row, "final-notice", actor(caller), clock.now())
    return await _shown(session, case, row, clock.today(), for_staff=True)


async def _opened(session: SessionDep, caller: Caller, clearance: UUID) -> tuple[CaseRow, AdverseActionRow, bool]:
    """An undecided case and its process, for the person or for who screens it; and whether it is the latter."""
    for_staff = caller.person is None or (await case_for(session, caller, clearance)).person != caller.person
    find = case_to_screen if for_staff else own_case
    case = await find(session, caller, clearance)
    check_running(case.state)
    return case, await adverse.process_of(session, case), for_staff


async def _at_stage(
    session: SessionDep, caller: Caller, clearance: UUID, today: date
) -> tuple[CaseRow, AdverseActionRow, Stage | None]:
    """An undecided case that the caller screens, its process and what is to be done next."""
    case = await case_to_screen(session, caller, clearance)
    check_running(case.state)
    row = await adverse.process_of(session, case)
    return case, row, await adverse.next_stage(session, case, row, today)


async def _shown(session: SessionDep, case: CaseRow, row: AdverseActionRow, today: date, *, for_staff: bool) -> Shown:
    asked = {"asked": is_asked(case.requirements)}
    if not for_staff:
        return Process.model_validate(row).model_copy(update=asked)
    stage = await adverse.next_stage(session, case, row, today)
    days_left = left(adverse.as_process(row), today)
    more = {**asked, "next": stage, "say": SAY[stage] if stage else None, "days_left": days_left}
    return ForStaff.model_validate(row).model_copy(update=more)
