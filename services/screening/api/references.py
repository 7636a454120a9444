"""References of a case: the applicant names referees, a screener makes sure of each and approves it (R47)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.screening.data import reference_form
from services.screening.domain.cases import Outcome
from services.screening.domain.references import (
    CHECK,
    LIVE,
    STALL,
    Referee,
    ReferenceState,
    Relation,
    Verification,
    check_askable,
    check_decidable,
    check_named,
    check_withdrawable,
    faults_of_referees,
    is_enough,
    wanted,
)
from services.screening.fields import Body, Email, Line, Prose
from services.screening.recording import Finding, record_one
from services.screening.referees import ask, references_of, stop_asking
from services.screening.steps import move_step, open_step
from services.screening.tables import CaseRow, ReferenceRow
from services.screening.visibility import case_for, case_to_screen, own_case, sees_evidence
from shared.access import CallerDep
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewReferee(Body):
    """Somebody who is to be asked."""

    name: Line
    email: Email
    relation: Relation
    known_since: date


class NewReferees(Body):
    """Whom to ask. `called` is the first name by which they know the applicant: all that they are told of them.

    `own_email` is compared and not kept: nobody refers for themself.
    """

    called: Annotated[Line, Field(max_length=60)]
    own_email: Email
    referees: Annotated[list[NewReferee], Field(min_length=1, max_length=5)]


class Judgement(Body):
    """What a screener makes of an answer, and how they made sure of the referee."""

    approved: bool
    verified: Verification | None = None
    note: Prose | None = None


class ReferenceShown(BaseModel):
    """A reference. What was answered and made of it is for screeners alone."""

    model_config = ConfigDict(from_attributes=True)

    reference: UUID
    state: ReferenceState
    name: str
    email: str
    relation: Relation
    known_since: date
    asked_at: datetime
    answered_at: datetime | None
    form: str
    form_version: int
    answers: dict[str, str] = {}
    verified: Verification | None = None
    note: str | None = None
    decided_by: str | None = None


class ReferencesShown(BaseModel):
    """The references of a case, and how many approved ones it asks for."""

    wanted: int
    references: list[ReferenceShown]


FOR_SCREENERS = {"answers", "verified", "note", "decided_by"}
DECIDED: frozenset[ReferenceState] = frozenset(("approved", "refused"))


@router.get("/cases/{clearance}/references")
async def references(clearance: UUID, session: SessionDep, caller: CallerDep) -> ReferencesShown:
    """Everybody who was named. The applicant sees who answered, never what."""
    case = await case_for(session, caller, clearance)
    return await _shown(session, case, for_staff=await sees_evidence(session, caller, case))


@router.post("/cases/{clearance}/references", status_code=201)
async def name_referees(
    clearance: UUID, body: NewReferees, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ReferencesShown:
    """The applicant names referees; each gets a letter with a link. Rules: iMentor's two, one of family, six months."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    before = await references_of(session, clearance)
    check_named(len(before) + len(body.referees))
    standing = [_referee(row) for row in before if row.state in LIVE]
    named = [_referee(each) for each in body.referees]
    if faults := list(faults_of_referees(named, standing, body.own_email, clock.today())):
        errors = [{"field": f"referees.{place}.{field}", "reason": reason} for place, field, reason in faults]
        raise Invalid("Somebody cannot be your referee; see errors.", errors)
    form = reference_form(frozenset(case.risks))
    rows = [
        ReferenceRow(
            **each.model_dump(), reference=new_id(), clearance=clearance, applicant_called=body.called,
            form=form.form, form_version=form.version, answers={},
        )
        for each in body.referees
    ]  # fmt: skip
    for row in rows:
        await ask(session, row, clock.now())
    await move_step(session, case, CHECK, "waiting", (clock.now() + STALL).date())
    return await _shown(session, case, for_staff=False)


@router.post("/cases/{clearance}/references/{reference}/withdrawal")
async def take_back(clearance: UUID, reference: UUID, session: SessionDep, caller: CallerDep) -> ReferencesShown:
    """The applicant takes a referee back who has not answered; again changes nothing."""
    case = await own_case(session, caller, clearance)
    row = await _reference(session, clearance, reference)
    if row.state != "withdrawn":
        check_withdrawable(row.state)
        row.state = "withdrawn"
        await stop_asking(session, row)
        live = [each for each in await references_of(session, clearance) if each.state in LIVE]
        if len(live) < wanted(case.requirements):
            await move_step(session, case, CHECK, "to-do")
    return await _shown(session, case, for_staff=False)


@router.post("/cases/{clearance}/references/{reference}/asking")
async def ask_again(
    clearance: UUID, reference: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ReferencesShown:
    """A screener lets a new letter be sent; the link of the one before opens nothing any more."""
    case = await case_to_screen(session, caller, clearance)
    row = await _reference(session, clearance, reference)
    await open_step(session, case, CHECK)
    check_askable(row.state)
    row.link, row.openings = row.link + 1, 0
    await stop_asking(session, row)
    await ask(session, row, clock.now())
    await move_step(session, case, CHECK, "waiting", (clock.now() + STALL).date())
    return await _shown(session, case, for_staff=True)


@router.post("/cases/{clearance}/references/{reference}/decision")
async def judge(
    clearance: UUID, reference: UUID, body: Judgement, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> ReferencesShown:
    """A screener approves or refuses a reference. The check passes when as many are approved as are asked for."""
    case = await case_to_screen(session, caller, clearance)
    row = await _reference(session, clearance, reference)
    if body.approved and body.verified is None:
        raise Invalid.field("verified", "say how you made sure of the referee")
    state: ReferenceState = "approved" if body.approved else "refused"
    if row.state != state:
        await open_step(session, case, CHECK)
        check_decidable(row.state, row.answers, approves=body.approved)
        row.state, row.verified, row.note = state, body.verified, body.note
        row.decided_by, row.decided_at = caller.subject, clock.now()
        await stop_asking(session, row)
        await _conclude(session, case, caller.subject, clock.now())
    return await _shown(session, case, for_staff=True)


async def _conclude(session: SessionDep, case: CaseRow, by: str, at: datetime) -> None:
    count = wanted(case.requirements)
    states = [row.state for row in await references_of(session, case.clearance)]
    if is_enough(states, count):
        outcome: Outcome = "passed"
        await record_one(session, case, Finding(CHECK, outcome, reference=f"{count} approved references"), by, at)
    elif sum(state in LIVE for state in states) < count:
        await move_step(session, case, CHECK, "to-do")


async def _reference(session: SessionDep, clearance: UUID, reference: UUID) -> ReferenceRow:
    """Locked after its case, so that a referee's answer and a screener's act wait for each other."""
    row = await session.get(ReferenceRow, reference, with_for_update=True)
    if row is None or row.clearance != clearance:
        raise NotFound("This case has no such reference.")
    return row


async def _shown(session: SessionDep, case: CaseRow, *, for_staff: bool) -> ReferencesShown:
    await session.flush()
    shown = [ReferenceShown.model_validate(row) for row in await references_of(session, case.clearance)]
    if not for_staff:
        shown = [_for_person(each) for each in shown]
    return ReferencesShown(wanted=wanted(case.requirements), references=shown)


def _for_person(shown: ReferenceShown) -> ReferenceShown:
    """What a screener made of an answer is no business of the applicant's, nor is that it was refused."""
    state: ReferenceState = "answered" if shown.state in DECIDED and shown.answered_at else shown.state
    kept = shown.model_dump(exclude=FOR_SCREENERS)
    return ReferenceShown(**kept | {"state": state})


def _referee(each: NewReferee | ReferenceRow) -> Referee:
    return Referee(each.email, each.relation, each.known_since)
