"""What a pair's offering asks to have signed, and what its members signed, read from the copies."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging.domain import agreements as rules
from services.messaging.domain.writing import Pair
from services.messaging.tables import AgreementRow, ReplyLimitRow
from shared.contracts.intake import Agreement, Signed


async def lapsed(session: AsyncSession, pair: Pair, today: date) -> set[UUID]:
    """The members who may not write by what they signed."""
    told = await session.scalar(select(ReplyLimitRow.agreement).where(ReplyLimitRow.offering == pair.offering))
    if told is None:
        return set()
    agreement, people = Agreement.model_validate(told), [member.person for member in pair.members]
    keys = [f"{person}+{agreement.document}" for person in people]
    rows = await session.scalars(select(AgreementRow).where(AgreementRow.agreement.in_(keys)))
    signed = {row.person: Signed(row.document_version, row.number) for row in rows}
    return rules.lapsed(people, agreement, signed, today)
