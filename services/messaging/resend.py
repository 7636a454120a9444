"""How messaging tells its current state anew (`rapport events resend`).

Nobody of the platform keeps copies of it, so no event marks the end.
"""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging import absences, clocks
from services.messaging.tables import AwayNoticeRow, ConcernRow, ConversationRow, DebtRow, MessageRow
from shared.contracts.messaging import AwayAnnounced, AwayEnded, ConcernRaised, MessageSent, ReplyOverdue, ReplySettled
from shared.outbox.resend import Batch, Current, Resends

resends = Resends("messaging")
resends.fact(MessageSent, MessageRow.message)
resends.fact(ConcernRaised, ConcernRow.concern)


@resends.family(ReplyOverdue, ReplySettled, once=(ReplyOverdue,))
async def debts(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every debt of which something was told. What is overdue was promised to be told once (see Decisions)."""
    rows = select(DebtRow, ConversationRow).join(ConversationRow, ConversationRow.pair == DebtRow.pair)
    rows = rows.where(or_(DebtRow.settled_at.is_not(None), DebtRow.overdue_at.is_not(None)))
    return [
        Current(debt.debt, clocks.settled(debt, conversation), debt.settled_at)
        if debt.settled_at
        else Current(debt.debt, clocks.overdue(debt, conversation), debt.overdue_at)
        for debt, conversation in await session.execute(batch.locked(rows, DebtRow.debt, ConversationRow.site))
    ]


@resends.family(AwayAnnounced, AwayEnded)
async def notices(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every away notice, over or not."""
    rows = await session.scalars(batch.locked(select(AwayNoticeRow), AwayNoticeRow.away, AwayNoticeRow.site))
    return [
        Current(row.away, absences.ended(row, row.ended_at), row.ended_at)
        if row.ended_at
        else Current(row.away, absences.announced(row), row.announced_at)
        for row in rows
    ]
