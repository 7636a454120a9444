"""What screening hears: applications open cases; roles and places say what the cases ask for."""

from collections.abc import Sequence
from typing import Any

from services.screening import asking
from services.screening.activity import count
from services.screening.queries import case_of_application, undecided_cases
from services.screening.tables import CaseRow, PlaceRow, RoleRow
from shared.contracts.intake import ApplicationSubmitted, IntakeResent, RoleChanged, SiteChanged
from shared.contracts.messaging import MessageSent
from shared.copies import note_resent
from shared.db import hold, store_state
from shared.ids import new_id
from shared.messaging.batches import Told
from shared.messaging.broker import Clock, Handlers, Heard, Session

events = Handlers("screening")
events.copies_of(
    RoleChanged, row=RoleRow, key="role",
    orphan="Put the role again (`rapport network apply`); until then decide none of its cases.",
)  # fmt: skip
events.copies_of(
    SiteChanged, row=PlaceRow, key="site",
    orphan="Put the place again (`rapport network apply`); until then decide none of its cases.",
)  # fmt: skip
events.copies_of(
    ApplicationSubmitted, row=CaseRow, key="application",
    orphan="Ask the person to apply again and screen the new application; decline or withdraw this case.",
)  # fmt: skip


@events.subscriber(ApplicationSubmitted)
async def on_application_submitted(event: ApplicationSubmitted, heard: Heard, session: Session) -> None:
    """Open a case with the checks that role and place ask for; it waits where the role is not known yet."""
    await asking.hold_for(session, event)
    if case := await case_of_application(session, event.application):
        case.sequence = max(case.sequence, heard.sequence)
        return
    case = CaseRow(
        clearance=new_id(),
        application=event.application,
        person=event.person,
        role=event.role,
        kind=event.kind_of_role,
        offering=event.offering,
        site=event.site,
        state="waiting",
        risks=[],
        required=[],
        opened_at=heard.time,
        sequence=heard.sequence,
    )
    session.add(case)
    await asking.ask(session, case, heard.time.date())


@events.subscriber(RoleChanged)
async def on_role_changed(event: RoleChanged, heard: Heard, session: Session) -> None:
    """Keep the role, and let its undecided cases ask for what it asks for now; results stand."""
    await hold(session, f"role/{event.role}")
    role: dict[str, Any] = {
        "role": event.role,
        "kind": event.kind_of_role,
        "risks": sorted({*event.risks, *event.further_risks}),
        "times_a_month": event.times_a_month,
        "tier": event.tier,
    }
    if await store_state(session, RoleRow, "role", heard.sequence, role):
        for case in await undecided_cases(session, CaseRow.role == event.role):
            await asking.ask(session, case, case.opened_at.date())


@events.subscriber(SiteChanged)
async def on_site_changed(event: SiteChanged, heard: Heard, session: Session) -> None:
    """Keep whose law holds at the place, and let its undecided cases ask by it (trap 9); results stand."""
    await hold(session, f"site/{event.site}")
    place = {"site": event.site, "law_of": event.subdivision or event.country}
    if await store_state(session, PlaceRow, "site", heard.sequence, place):
        for case in await undecided_cases(session, CaseRow.site == event.site):
            await asking.ask(session, case, case.opened_at.date())


@events.subscriber(MessageSent, batched=True)
async def on_message_sent(told: Sequence[Told[MessageSent]], session: Session, clock: Clock) -> None:
    """Count who writes how often; what the law asks of the more active is asked before its limit is crossed."""
    if people := await count(session, (each.event for each in told)):
        await asking.review_activity(session, people, clock.now())


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)
