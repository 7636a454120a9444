"""The interview of a case: invitation, the person's choice of a slot, no-shows, scores, and a screener's outcome."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import tuple_

from services.screening.api.slots import SlotShown
from services.screening.data import interview_forms, newest_interview_form
from services.screening.domain.cases import Outcome
from services.screening.domain.interviews import (
    CHECK,
    DAYS_TO_CHOOSE,
    MOST_MOVES,
    InterviewForm,
    InterviewState,
    after_no_show,
    check_begun,
    check_movable,
    check_moves,
    faults_of_scores,
    verdict,
)
from services.screening.domain.verdicts import Verdict, check_outcome
from services.screening.fields import Body, Prose
from services.screening.recording import Finding, record_one
from services.screening.slots import free_slots, slot_of, take
from services.screening.steps import move_step, open_step
from services.screening.tables import CaseRow, InterviewRow, SlotRow
from services.screening.visibility import SCREENERS, case_for, case_to_screen, own_case, sees_evidence
from shared.access import CallerDep
from shared.contracts import Contradiction, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden, Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class Invitation(Body):
    """By which form the interview will be held (R45: `expertise` where the task needs a field of knowledge)."""

    form: Slug = "mentoring"


class Choice(Body):
    """The slot that the person chooses."""

    slot: UUID


class Score(Body):
    """A dimension's score by its anchors, and what was heard."""

    score: Annotated[int, Field(ge=1, le=5)]
    note: Prose


class Scores(Body):
    """All dimensions of the form, and a note on each scenario, in their order."""

    scores: Annotated[dict[Slug, Score], Field(min_length=1, max_length=10)]
    scenarios: Annotated[list[Prose], Field(max_length=10)]


class Conclusion(Body):
    """The screener's outcome. Against the form's rule it needs a reason."""

    outcome: Outcome
    reason: Prose | None = None


class InterviewShown(BaseModel):
    """An interview. Scores, notes and what came of them are for screeners alone."""

    model_config = ConfigDict(from_attributes=True)

    state: InterviewState
    form: str
    form_version: int
    slot: SlotShown | None
    location: str | None
    moves_left: int
    no_shows: int | None = None
    scores: dict[str, Score] = {}
    scenarios: list[str] = []
    scored_by: str | None = None
    rule: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None


class SlotPage(Body):
    """A page of free slots."""

    limit: PageSize = 50
    cursor: Cursor = None


@router.get("/interview-forms")
async def forms(caller: CallerDep) -> list[InterviewForm]:
    """The standard protocols, for who screens."""
    caller.require_anywhere(*SCREENERS)
    return list(interview_forms().values())


@router.post("/cases/{clearance}/interview", status_code=201)
async def invite(
    clearance: UUID, body: Invitation, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """Ask the person to choose a slot; anew after two no-shows, or to let them move once more."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    form = newest_interview_form(body.form)
    if form is None:
        raise Invalid.field("form", "is no form of GET /interview-forms")
    row = await session.get(InterviewRow, clearance)
    if row is None:
        row = InterviewRow(clearance=clearance, state="invited", no_shows=0, scores={}, scenarios=[])
        session.add(row)
    if row.state == "held":
        raise Contradiction("The interview was held; record what came of it.")
    row.form, row.form_version, row.moves = form.form, form.version, 0
    row.invited_by, row.invited_at = caller.subject, clock.now()
    if row.state != "booked":
        row.state = "invited"
        await move_step(session, case, CHECK, "invited", clock.today() + timedelta(days=DAYS_TO_CHOOSE))
    return await _shown(session, row, for_staff=True)


@router.get("/cases/{clearance}/interview")
async def interview(clearance: UUID, session: SessionDep, caller: CallerDep) -> InterviewShown:
    """Where the interview stands."""
    case = await case_for(session, caller, clearance)
    row = await _interview(session, clearance)
    return await _shown(session, row, for_staff=sees_evidence(caller, case))


@router.get("/cases/{clearance}/interview/slots")
async def choice(
    clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep, wanted: Annotated[SlotPage, Query()]
) -> Page[SlotShown]:
    """Slots that are free for this case, earliest first."""
    case = await case_for(session, caller, clearance)
    rows = free_slots(case, clock.now())
    if wanted.cursor:
        (slot,) = decode_cursor(wanted.cursor, UUID)
        after = await session.get(SlotRow, slot)
        if after is None:
            raise Invalid.field("cursor", "is no cursor of this list; leave it out to start at the beginning")
        rows = rows.where(tuple_(SlotRow.starts_at, SlotRow.slot) > tuple_(after.starts_at, after.slot))
    found = (await session.scalars(rows.order_by(SlotRow.starts_at, SlotRow.slot).limit(wanted.limit + 1))).all()
    following = encode_cursor(found[wanted.limit - 1].slot) if len(found) > wanted.limit else None
    return Page(items=[SlotShown.of(row) for row in found[: wanted.limit]], next=following)


@router.put("/cases/{clearance}/interview/slot")
async def choose(
    clearance: UUID, body: Choice, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """The person chooses a slot, or another one; the same again changes nothing."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await _interview(session, clearance)
    if row.slot != body.slot:
        booked = await slot_of(session, row)
        check_movable(row.state, booked.starts_at if booked else None, clock.now())
        check_moves(row.moves)
        row.moves += booked is not None
        slot = await take(session, case, row, body.slot, clock.now())
        await move_step(session, case, CHECK, "waiting", slot.starts_at.date())
    return await _shown(session, row, for_staff=False)


@router.post("/cases/{clearance}/interview/cancellation")
async def cancel(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> InterviewShown:
    """The person gives their slot back before it begins; it counts as a move. Without a slot nothing changes."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await _interview(session, clearance)
    if booked := await slot_of(session, row):
        check_movable(row.state, booked.starts_at, clock.now())
        row.slot, row.state, row.moves = None, "invited", row.moves + 1
        await move_step(session, case, CHECK, "invited", clock.today() + timedelta(days=DAYS_TO_CHOOSE))
    return await _shown(session, row, for_staff=False)


@router.post("/cases/{clearance}/interview/no-show")
async def no_show(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> InterviewShown:
    """The person did not come. After the second time a screener decides how to go on; nothing rejects by itself."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await _interview(session, clearance)
    if row.state == "held":
        raise Contradiction("The interview was held.")
    booked = await slot_of(session, row)
    check_begun(row.state, booked.starts_at if booked else None, clock.now())
    row.no_shows += 1
    row.slot, row.state = None, after_no_show(row.no_shows)
    paused = row.state == "paused"
    due = clock.today() + timedelta(days=0 if paused else DAYS_TO_CHOOSE)
    await move_step(session, case, CHECK, "to-do" if paused else "invited", due)
    return await _shown(session, row, for_staff=True)


@router.put("/cases/{clearance}/interview/scores")
async def score(
    clearance: UUID, body: Scores, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """The interviewer's scores by the form; the answer has the sentence that its rule comes to."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await _interview(session, clearance)
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
    return await _shown(session, row, for_staff=True)


@router.post("/cases/{clearance}/interview/outcome")
async def conclude(
    clearance: UUID, body: Conclusion, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> InterviewShown:
    """A screener says how the interview ended, with the rule's sentence before them; the same again changes nothing."""
    case = await case_to_screen(session, caller, clearance)
    row = await _interview(session, clearance)
    if (row.outcome, row.reason) != (body.outcome, body.reason):
        await open_step(session, case, CHECK)
        if row.state != "held":
            raise Contradiction("The interview has no scores yet; the interviewer records them first.")
        check_outcome(_verdict(row), body.outcome, body.reason)
        row.outcome, row.reason = body.outcome, body.reason
        await _record(session, case, row, caller.subject, clock)
    return await _shown(session, row, for_staff=True)


async def _record(session: SessionDep, case: CaseRow, row: InterviewRow, by: str, clock: ClockDep) -> None:
    reference = f"interview of {row.scored_at:%Y-%m-%d}, form {row.form} {row.form_version}"
    finding = Finding(CHECK, "passed" if row.outcome == "passed" else "failed", reference=reference)
    await record_one(session, case, finding, by, clock.now())


async def _interview(session: SessionDep, clearance: UUID) -> InterviewRow:
    """Its case is locked by whoever changes it."""
    row = await session.get(InterviewRow, clearance, populate_existing=True)
    if row is None:
        raise NotFound("Nobody was invited to an interview in this case yet.")
    return row


def _form(row: InterviewRow) -> InterviewForm:
    return interview_forms()[row.form, row.form_version]


def _verdict(row: InterviewRow) -> Verdict:
    scores: Mapping[str, Any] = row.scores
    return verdict(_form(row), {name: int(each["score"]) for name, each in scores.items()})


async def _shown(session: SessionDep, row: InterviewRow, *, for_staff: bool) -> InterviewShown:
    slot = await slot_of(session, row)
    shown = InterviewShown(
        state=row.state,
        form=row.form,
        form_version=row.form_version,
        slot=SlotShown.of(slot) if slot else None,
        location=slot.location if slot else None,
        moves_left=max(0, MOST_MOVES - row.moves),
    )
    if not for_staff:
        return shown
    return InterviewShown(**dict(shown) | {name: getattr(row, name) for name in _FOR_SCREENERS})


_FOR_SCREENERS = ("no_shows", "scores", "scenarios", "scored_by", "rule", "outcome", "reason")
