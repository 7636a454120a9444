"""What screening hears: applications open cases; roles and places say what they ask for, consents answer some of it."""

from typing import Any

from services.screening import agreeing, asking
from services.screening.queries import case_of_application, undecided_cases
from services.screening.tables import CaseRow, ConsentRow, PlaceRow, RoleRow
from shared.contracts.intake import (
    NEEDED_CONSENTS,
    ApplicationSubmitted,
    ConsentGiven,
    ConsentWithdrawn,
    IntakeResent,
    RoleChanged,
    SiteChanged,
)
from shared.copies import note_resent
from shared.db import hold, store_state
from shared.ids import new_id
from shared.messaging.broker import Handlers, Heard, Session

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
events.copies_of(
    ConsentGiven, ConsentWithdrawn, row=ConsentRow, key="consent",
    orphan="Intake knows this consent no more: ask the person anew before you decide their case.",
)  # fmt: skip


@events.subscriber(ApplicationSubmitted)
async def on_application_submitted(event: ApplicationSubmitted, heard: Heard, session: Session) -> None:
    """Open a case with the checks that role and place ask for; it waits where the role is not known yet."""
    await hold(session, f"role/{event.role}")
    await hold(session, f"site/{event.site}")
    await hold(session, f"person/{event.person}")
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


@events.subscriber(ConsentGiven)
async def on_consent_given(event: ConsentGiven, heard: Heard, session: Session) -> None:
    """Answer the checks of a person's undecided cases that rest on consents; nobody types them."""
    await _store_consent(session, event, heard)


@events.subscriber(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, heard: Heard, session: Session) -> None:
    """Take those results back in undecided cases. A clearance stays: messaging stops what the person writes."""
    await _store_consent(session, event, heard)


async def _store_consent(session: Session, event: ConsentGiven | ConsentWithdrawn, heard: Heard) -> None:
    """Of the purposes without which nobody takes part; the others answer no check."""
    if event.purpose not in NEEDED_CONSENTS:
        return
    values = event.model_dump(include={"consent", "person", "purpose"}) | {
        "state": "given" if isinstance(event, ConsentGiven) else "withdrawn",
        "valid_until": event.valid_until if isinstance(event, ConsentGiven) else None,
    }
    await hold(session, f"person/{event.person}")
    if await store_state(session, ConsentRow, "consent", heard.sequence, values):
        for case in await undecided_cases(session, CaseRow.person == event.person):
            await agreeing.answer(session, case, heard.time)


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)
