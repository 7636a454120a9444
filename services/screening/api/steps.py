"""The steps of a case: whose turn it is, who looks after each, and until when."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from services.screening.domain.cases import check_open
from services.screening.domain.steps import StepState, is_stalled
from services.screening.domain.waiting import STEP as WAITING_LIST
from services.screening.fields import Body
from services.screening.tables import StepRow
from services.screening.visibility import case_for, case_to_screen, sees_evidence
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)

FARTHEST_YEARS = 2


class StepShown(BaseModel):
    """A step. `stalled`: its day is over and it is not done. Its person does not see who looks after it."""

    check: Slug
    performer: str
    state: StepState
    due_on: date
    stalled: bool
    taken_by: str | None
    opened_at: datetime
    done_at: datetime | None


class Care(Body):
    """Who looks after a step, and until when it is to be done. `taken`: the caller does; else nobody does."""

    taken: bool
    due_on: date | None = None


@router.get("/cases/{clearance}/steps")
async def steps(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> list[StepShown]:
    """The steps of a case, in their order."""
    case = await case_for(session, caller, clearance)
    rows = select(StepRow).where(StepRow.clearance == clearance).order_by(StepRow.position)
    for_staff = await sees_evidence(session, caller, case)
    return [_shown(row, clock.today(), for_staff=for_staff) for row in await session.scalars(rows)]


@router.put("/cases/{clearance}/steps/{check}")
async def look_after(
    clearance: UUID, check: Slug, body: Care,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> StepShown:  # fmt: skip
    """Take a step over, or let it go, and move its day."""
    case = await case_to_screen(session, caller, clearance)
    row = await session.get(StepRow, (clearance, check))
    if row is None:
        raise NotFound("This case has no such step.")
    check_open(case.state)
    if body.due_on is not None:
        if check == WAITING_LIST:
            raise Invalid.field("due_on", "is what the mentee was told; tell them another day instead")
        if not 0 <= (body.due_on - clock.today()).days <= FARTHEST_YEARS * 366:
            raise Invalid.field("due_on", f"must be today or later, within {FARTHEST_YEARS} years")
        row.due_on = body.due_on
    row.taken_by = caller.subject if body.taken else None
    return _shown(row, clock.today(), for_staff=True)


def _shown(row: StepRow, today: date, *, for_staff: bool) -> StepShown:
    return StepShown(
        check=row.check_name,
        performer=row.performer,
        state=row.state,
        due_on=row.due_on,
        stalled=is_stalled(row.state, row.due_on, today),
        taken_by=row.taken_by if for_staff else None,
        opened_at=row.opened_at,
        done_at=row.done_at,
    )
