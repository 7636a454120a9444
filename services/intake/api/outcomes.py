"""What becomes of an application: withdrawn, on hold until a day, led to another role. No reason is asked or kept.

So whatever the reason was, it looks the same to everybody (R54, trap 15).
"""

from datetime import date
from uuid import UUID

from fastapi import APIRouter

from services.intake import drafting
from services.intake.api.applications import ApplicationView, view_of
from services.intake.api.reached import Reached, reached
from services.intake.api.seen import existing
from services.intake.asking import asking_of
from services.intake.closing import close
from services.intake.domain import applications as rules
from services.intake.domain.applications import ON_HOLD, REDIRECTED, WITHDRAWN
from services.intake.fields import Body
from services.intake.tables import AnswersRow, OfferingRow, RoleRow
from shared.access import CallerDep
from shared.contracts import Contradiction, OfferingId, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)


class Hold(Body):
    """From which day on the person may apply for this role at this site again; today lifts a hold."""

    reapply_on: date


class OfferedRole(Body):
    """Another role at the same place; `offering` is left out where it is the same one."""

    role: Slug
    offering: OfferingId | None = None


@router.post("/applications/{application}/withdrawal")
async def withdraw(application: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ApplicationView:
    """Withdraw at any time: the person, whoever enrolled them, or staff on their word. A draft's answers are deleted.

    Whoever was being screened is not any more, and a clearance that rests on it ends.
    """
    found = await reached(session, caller, application)
    if found.row.state != WITHDRAWN:
        rules.check_act("withdraw", found.row.state)
        await close(session, found.row, WITHDRAWN, clock.now())
    return await view_of(session, application, caller)


@router.post("/applications/{application}/hold")
async def hold(
    application: UUID, body: Hold, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> ApplicationView:
    """Set an application on hold: staff of its site. The person sees the day and applies anew from then on (R53)."""
    found = await reached(session, caller, application, staff=True)
    rules.check_act("hold", found.row.state)
    if fault := rules.fault_of_reapply(body.reapply_on, clock.today()):
        raise Invalid.field("reapply_on", fault)
    found.row.reapply_on = body.reapply_on
    if found.row.state != ON_HOLD:
        await close(session, found.row, ON_HOLD, clock.now())
    return await view_of(session, application, caller)


@router.post("/applications/{application}/redirection")
async def redirect(application: UUID, body: OfferedRole, session: SessionDep, caller: CallerDep) -> ApplicationView:
    """Offer another role at the same place instead (R51): staff of the site. The person takes it, or does not."""
    found = await reached(session, caller, application, staff=True)
    row = found.row
    rules.check_act("redirect", row.state)
    offering = existing("offering", await session.get(OfferingRow, body.offering or row.offering))
    role = existing("role", await session.get(RoleRow, body.role))
    rules.check_other(row.role, row.offering, role.role, offering.offering, row.site)
    rules.check_may_apply(role.role, role.site, offering.offering, offering.site, offering.is_open)
    row.offered_role, row.offered_offering = role.role, offering.offering
    await session.flush()
    return await view_of(session, application, caller)


@router.post("/applications/{application}/redirection/acceptance")
async def accept(application: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ApplicationView:
    """Take the role that was offered: a new draft with what was answered. Taken again, it is the same one."""
    found = await reached(session, caller, application, acting=True)
    row = found.row
    if row.redirected_to is None:
        rules.check_act("redirect", row.state)
        if row.offered_role is None:
            raise Contradiction("No other role was offered; ask the staff of the site.")
        row.redirected_to = await _draft_of_offer(session, found, clock, caller.subject)
        await close(session, row, REDIRECTED, clock.now())
    return await view_of(session, row.redirected_to, caller)


async def _draft_of_offer(session: SessionDep, found: Reached, clock: ClockDep, by: str) -> UUID:
    """The draft for the offered role; what was answered before stands in it where nothing else does."""
    row = found.row
    offering = await session.get_one(OfferingRow, row.offered_offering)
    role = await session.get_one(RoleRow, row.offered_role)
    await drafting.check_may_begin(session, found.person, role, offering, clock.today())
    if begun := await drafting.draft_of(session, found.person.person, role.role, offering.offering):
        return begun
    asking = await asking_of(session, offering, role)
    before = await session.get(AnswersRow, row.application)
    said = before.answers if before else {}
    draft = await drafting.begin(session, found.person, asking, row.source, by, clock.now(), said)
    return draft.application
