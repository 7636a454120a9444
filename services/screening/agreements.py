"""Deadlines of those who have not signed the conduct document in force, armed and cancelled as anything is heard.

Offering, signature and clearing arrive in any order; each looks at all three. An offering and a clearing meet at the
case's row; a signature that either of them misses is seen when the deadline fires and looks again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.agreements import lapses_at
from services.screening.tables import AgreementRow, CaseRow, OfferingRow
from shared.contracts.intake import Agreement, AgreementSigned, OfferingChanged, Signed
from shared.db import store_states
from shared.deadlines import arm, arm_all
from shared.messaging.batches import Told

LAPSE = "agreement-lapse"


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clearance that stands."""

    clearance: UUID
    person: UUID
    offering: str
    on: date


def asked(event: OfferingChanged) -> dict[str, Any]:
    """What an offering asks to have signed, as its row holds it."""
    agreement = event.agreement
    return {
        "document": agreement.document if agreement else None,
        "agreement": agreement.model_dump(mode="json") if agreement else None,
    }


async def asked_at(session: AsyncSession, offering: str) -> Agreement | None:
    """What an offering was last heard to ask."""
    told = await session.scalar(select(OfferingRow.agreement).where(OfferingRow.offering == offering))
    return Agreement.model_validate(told) if told else None


async def look_at_offering(session: AsyncSession, offering: str) -> None:
    """Arm or cancel the deadlines of all who are cleared at an offering."""
    await look_at(session, await _cleared(session, CaseRow.offering == offering))


async def keep_signatures(session: AsyncSession, told: Sequence[Told[AgreementSigned]]) -> None:
    """Keep what people signed; their clearances that waited for it go on."""
    rows = [{**_row(each.event), "sequence": each.heard.sequence} for each in told]
    newer = await store_states(session, AgreementRow, "agreement", rows)
    if people := {each.event.person for each in told if _row(each.event)["agreement"] in newer}:
        documents = {each.event.document for each in told}
        there = select(OfferingRow.offering).where(OfferingRow.document.in_(documents))
        await look_at(session, await _cleared(session, CaseRow.person.in_(people), CaseRow.offering.in_(there)))


def _row(event: AgreementSigned) -> dict[str, Any]:
    """What somebody signed, as its row holds it."""
    values = event.model_dump(include={"person", "document", "document_version", "number"})
    return {"agreement": f"{event.person}+{event.document}", **values}


async def look_at_new(session: AsyncSession, case: CaseRow, cleared_on: date) -> None:
    """Arm the deadline of somebody who was cleared now, where they have to sign. Whoever calls this holds the case."""
    lapses = await lapses_of(session, [Cleared(case.clearance, case.person, case.offering, cleared_on)])
    if due_at := lapses[case.clearance]:
        await arm(session, LAPSE, str(case.clearance), due_at)


async def look_at(session: AsyncSession, cleared: Sequence[Cleared]) -> None:
    """Arm or cancel the deadlines of clearances that stand."""
    lapses = await lapses_of(session, cleared)
    await arm_all(session, LAPSE, {str(clearance): due_at for clearance, due_at in lapses.items()})


async def lapses_of(session: AsyncSession, cleared: Sequence[Cleared]) -> dict[UUID, datetime | None]:
    """When each clearance ends unless its person signs; None for those who have nothing to sign."""
    about = AgreementRow.document == OfferingRow.document, AgreementRow.person.in_({each.person for each in cleared})
    rows = (
        select(OfferingRow, AgreementRow)
        .outerjoin(AgreementRow, and_(*about))
        .where(OfferingRow.offering.in_({each.offering for each in cleared}), OfferingRow.agreement.is_not(None))
    )
    asked: dict[str, Agreement] = {}
    signed: dict[tuple[str, UUID], Signed] = {}
    for offering, theirs in await session.execute(rows):
        asked.setdefault(offering.offering, Agreement.model_validate(offering.agreement))
        if theirs:
            signed[offering.offering, theirs.person] = Signed(theirs.document_version, theirs.number)
    return {
        each.clearance: lapses_at(asked.get(each.offering), signed.get((each.offering, each.person)), each.on)
        for each in cleared
    }


async def _cleared(session: AsyncSession, *which: ColumnElement[bool]) -> list[Cleared]:
    columns = CaseRow.clearance, CaseRow.person, CaseRow.offering, CaseRow.decided_at
    rows = select(*columns).where(*which, CaseRow.state == "cleared", CaseRow.decided_at.is_not(None))
    return [
        Cleared(clearance, person, offering, decided_at.date())
        for clearance, person, offering, decided_at in await session.execute(rows)
        if decided_at
    ]
