"""What screening hears: applications open cases, and roles say what the cases ask for."""

from typing import Any

from services.screening.domain.cases import required_checks
from services.screening.queries import case_of_application, known_role, undecided_cases_of_role
from services.screening.tables import CaseRow, RoleRow
from shared.contracts import RoleKind
from shared.contracts.intake import ApplicationSubmitted, IntakeResent, RoleChanged
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
    ApplicationSubmitted, row=CaseRow, key="application",
    orphan="Ask the person to apply again and screen the new application; decline or withdraw this case.",
)  # fmt: skip


@events.subscriber(ApplicationSubmitted)
async def on_application_submitted(event: ApplicationSubmitted, heard: Heard, session: Session) -> None:
    """Open a case with the checks that the role asks for; it waits where the role is not known yet."""
    await hold(session, f"role/{event.role}")
    if case := await case_of_application(session, event.application):
        case.sequence = max(case.sequence, heard.sequence)
        return
    role = await known_role(session, event.role)
    risks = role.risks if role else []
    session.add(
        CaseRow(
            clearance=new_id(),
            application=event.application,
            person=event.person,
            role=event.role,
            kind=event.kind_of_role,
            offering=event.offering,
            site=event.site,
            state="open" if role else "waiting",
            risks=risks,
            required=_checks(event.kind_of_role, risks) if role else [],
            opened_at=heard.time,
            sequence=heard.sequence,
        )
    )


@events.subscriber(RoleChanged)
async def on_role_changed(event: RoleChanged, heard: Heard, session: Session) -> None:
    """Keep the role, and let its undecided cases ask for what it asks for now; results stand."""
    await hold(session, f"role/{event.role}")
    role: dict[str, Any] = {"role": event.role, "kind": event.kind_of_role, "risks": sorted(set(event.risks))}
    if not await store_state(session, RoleRow, "role", heard.sequence, role):
        return
    for case in await undecided_cases_of_role(session, event.role):
        case.state, case.risks = "open", role["risks"]
        case.required = _checks(RoleKind(case.kind), case.risks)


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)


def _checks(kind: RoleKind, risks: list[str]) -> list[str]:
    """By the kind that the clearance will name, whatever the role's kind is now: it must cover what it allows."""
    return [each.check for each in required_checks(kind, risks)]
