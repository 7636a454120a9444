"""What somebody has to sign, and until when (R72)."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.intake import agreements
from services.intake.api.people import person_for
from services.intake.domain.agreements import State
from services.intake.domain.agreements import state as state_of
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)


class AgreementView(BaseModel):
    """A document that concerns the person. `version` is in force; `signed` is the newest that they signed.

    `until`: the last day (UTC) on which an earlier signature counts, where one is set; from then on messages wait.
    """

    document: Slug
    version: str
    signed: str | None
    state: State
    until: date | None


class Agreements(BaseModel):
    """All documents that concern a person, by name."""

    person: UUID
    agreements: list[AgreementView]


@router.get("/people/{person}/agreements")
async def list_agreements(person: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Agreements:
    """The documents of the offerings that somebody applied to, and those that they signed."""
    await person_for(session, caller, person)
    in_force = await agreements.in_force(session, await agreements.documents_of(session, person))
    signed = await agreements.signed_by(session, [person])
    views = []
    for document, agreement in sorted(in_force.items()):
        theirs = signed.get((person, document))
        state = state_of(agreement, theirs, clock.today())
        views.append(
            AgreementView(
                document=document,
                version=agreement.version,
                signed=theirs.version if theirs else None,
                state=state,
                until=agreement.grace_until if state == "sign-until" else None,
            )
        )
    return Agreements(person=person, agreements=views)
