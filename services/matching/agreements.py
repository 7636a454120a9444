"""What offerings ask to have signed, and what people signed, read from the copies."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.agreements import Agreed
from services.matching.tables import AgreementRow, OfferingRow, PairRow
from shared.contracts.intake import Agreement, Signed


async def agreed(session: AsyncSession, told: dict[str, Any] | None, people: Collection[UUID]) -> Agreed:
    """What an offering told of its agreement asks, and what people signed of that document."""
    if told is None:
        return Agreed(None, {})
    agreement = Agreement.model_validate(told)
    rows = select(AgreementRow).where(AgreementRow.document == agreement.document, AgreementRow.person.in_(people))
    signed = {row.person: Signed(row.document_version, row.number) for row in await session.scalars(rows)}
    return Agreed(agreement, signed)


async def lapsed_pairs(session: AsyncSession, pairs: Collection[PairRow], today: date) -> set[UUID]:
    """The pairs of which a member's signature does not count any more."""
    offerings = select(OfferingRow).where(OfferingRow.offering.in_({pair.offering for pair in pairs}))
    found: set[UUID] = set()
    for offering in await session.scalars(offerings):
        here = [pair for pair in pairs if pair.offering == offering.offering]
        people = {person for pair in here for person in (pair.mentor, pair.mentee)}
        lapsed = (await agreed(session, offering.agreement, people)).lapsed(people, today)
        found |= {pair.pair for pair in here if {pair.mentor, pair.mentee} & lapsed}
    return found
