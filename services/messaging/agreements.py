"""What a pair's offering asks to have signed, and what its members signed, read from the copies."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging.domain import agreements as rules
from services.messaging.domain.agreements import Rules
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


async def rules_of(session: AsyncSession, pair: Pair, member: UUID | None, today: date) -> Rules | None:
    """The rules that hold in a pair's channel, and what the member who reads this has to sign of them (R56)."""
    told = await session.scalar(select(ReplyLimitRow.agreement).where(ReplyLimitRow.offering == pair.offering))
    if told is None:
        return None
    agreement = Agreement.model_validate(told)
    row = await session.get(AgreementRow, f"{member}+{agreement.document}")
    return rules.reminder(agreement, Signed(row.document_version, row.number) if row else None, today)
