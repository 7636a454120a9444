"""The interview of a case: invitation, the person's choice of a slot, no-shows, scores, and a screener's outcome."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import tuple_

from services.screening.api.slots import SlotShown
from services.screening.data import newest_interview_form
from services.screening.domain.cases import Outcome
from services.screening.domain.interviews import (
    CHECK,
    DAYS_TO_CHOOSE,
    MOST_MOVES,
    InterviewState,
    check_movable,
    check_moves,
)
from services.screening.fields import Body, Prose
from services.screening.slots import free_slots, slot_of, take
from services.screening.steps import move_step, open_step
from services.screening.tables import InterviewRow, SlotRow
from services.screening.visibility import case_for, case_to_screen, own_case, sees_evidence
from shared.access import CallerDep
from shared.contracts import Contradiction, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound

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
    return await shown_to(session, row, for_staff=True)


@router.get("/cases/{clearance}/interview")
async def interview(clearance: UUID, session: SessionDep, caller: CallerDep) -> InterviewShown:
    """Where the interview stands."""
    case = await case_for(session, caller, clearance)
    row = await interview_of(session, clearance)
    return await shown_to(session, row, for_staff=await sees_evidence(session, caller, case))


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
    row = await interview_of(session, clearance)
    if row.slot != body.slot:
        booked = await slot_of(session, row)
        check_movable(row.state, booked.starts_at if booked else None, clock.now())
        check_moves(row.moves)
        row.moves += booked is not None
        slot = await take(session, case, row, body.slot, clock.now())
        await move_step(session, case, CHECK, "waiting", slot.starts_at.date())
    return await shown_to(session, row, for_staff=False)


@router.post("/cases/{clearance}/interview/cancellation")
async def cancel(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> InterviewShown:
    """The person gives their slot back before it begins; it counts as a move. Without a slot nothing changes."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await interview_of(session, clearance)
    if booked := await slot_of(session, row):
        check_movable(row.state, booked.starts_at, clock.now())
        row.slot, row.state, row.moves = None, "invited", row.moves + 1
        await move_step(session, case, CHECK, "invited", clock.today() + timedelta(days=DAYS_TO_CHOOSE))
    return await shown_to(session, row, for_staff=False)


async def interview_of(session: SessionDep, clearance: UUID) -> InterviewRow:
    """Its case is locked by whoever changes it."""
    row = await session.get(InterviewRow, clearance, populate_existing=True)
    if row is None:
        raise NotFound("Nobody was invited to an interview in this case yet.")
    return row


async def shown_to(session: SessionDep, row: InterviewRow, *, for_staff: bool) -> InterviewShown:
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
