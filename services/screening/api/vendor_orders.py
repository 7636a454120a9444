"""Checks that a vendor does: ordering one, and where the person gives the vendor their details."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel

from services.screening import adverse, asking, ordering
from services.screening.domain.adverse_action import SAY, is_asked
from services.screening.domain.vendors import LIVE, OrderState, VendorOutcome, check_orderable
from services.screening.fields import Body
from services.screening.steps import open_step
from services.screening.tables import VendorOrderRow
from services.screening.visibility import actor, case_for, case_to_screen, sees_evidence
from shared.access import CallerDep
from shared.contracts import Contradiction, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)


class NewOrder(Body):
    """Which check to order."""

    check: Slug


class OrderShown(BaseModel):
    """An order. What the vendor found is for screeners; where to give one's details, for the person alone."""

    order: UUID
    check: Slug
    state: OrderState
    ordered_at: datetime
    invitation: str | None = None
    ordered_by: str | None = None
    outcome: VendorOutcome | None = None
    reference: str | None = None
    reported_on: date | None = None


@router.get("/cases/{clearance}/vendor-orders")
async def vendor_orders(clearance: UUID, session: SessionDep, caller: CallerDep) -> list[OrderShown]:
    """What a vendor was asked for in a case, oldest first."""
    case = await case_for(session, caller, clearance)
    rows = await ordering.orders_of(session, clearance)
    if await sees_evidence(session, caller, case):
        return [_for_screener(row) for row in rows]
    own = caller.person == case.person
    return [_shown(row).model_copy(update={"invitation": row.invitation if own else None}) for row in rows]


@router.post("/cases/{clearance}/vendor-orders", status_code=status.HTTP_201_CREATED)
async def order(clearance: UUID, body: NewOrder, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OrderShown:
    """Have the vendor asked for a check; where a law asks for it, the person authorised that before."""
    case = await case_to_screen(session, caller, clearance)
    step = await open_step(session, case, body.check)
    waits = any(
        row.check_name == body.check and row.state in LIVE for row in await ordering.orders_of(session, clearance)
    )
    check_orderable(ordering.served_in(session), case.site, body.check, waits=waits)
    case.by_vendor = True
    await asking.ask(session, [case])
    authorised = (await adverse.process_of(session, case)).authorised_at
    if is_asked(case.requirements) and authorised is None:
        raise Contradiction(SAY["authorisation"])
    return _for_screener(await ordering.place_order(session, case, step, actor(caller), clock.now()))


def _shown(row: VendorOrderRow) -> OrderShown:
    return OrderShown(order=row.order, check=row.check_name, state=row.state, ordered_at=row.ordered_at)


def _for_screener(row: VendorOrderRow) -> OrderShown:
    told = ("ordered_by", "outcome", "reference", "reported_on")
    return _shown(row).model_copy(update={name: getattr(row, name) for name in told})
