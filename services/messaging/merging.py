"""Two records of one person as rows: conversations, debts and absences follow, and nobody else comes into any."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging import clocks, queries
from services.messaging.tables import AgreementRow, Base, ConversationRow, DebtRow, MemberRow
from shared.contracts.intake import PersonMerged
from shared.contracts.messaging import ReplySettled
from shared.merging import note_merged, repoint


async def merge(session: AsyncSession, event: PersonMerged, now: datetime) -> list[ReplySettled]:
    """Give a person the conversations of a record that was given up for theirs; returns what to tell of it."""
    await note_merged(session, event)
    given_up, person = event.given_up, event.person
    theirs = select(MemberRow.pair).where(MemberRow.person == given_up)
    held = select(ConversationRow).where(ConversationRow.pair.in_(theirs)).order_by(ConversationRow.pair)
    conversations = (await session.scalars(held.with_for_update())).all()
    for offering in sorted({conversation.offering for conversation in conversations}):
        await clocks.hold_offering(session, offering)
    await clocks.hold_people(session, [given_up, person])
    news = await _close_own(session, conversations, given_up, person, now)
    await session.execute(delete(AgreementRow).where(AgreementRow.person == given_up))
    await session.flush()
    await repoint(session, Base.metadata, event)
    session.expire_all()
    await clocks.compute_anew(session, DebtRow.debtor == person)
    return news


async def _close_own(
    session: AsyncSession, conversations: Sequence[ConversationRow], given_up: UUID, person: UUID, now: datetime
) -> list[ReplySettled]:
    """A conversation between the two records was one with oneself: it is read-only from now on."""
    members = await queries.members_of(session, [each.pair for each in conversations])
    news: list[ReplySettled] = []
    for conversation in conversations:
        if person in {member.person for member in members[conversation.pair]}:
            conversation.state = "closed"
            debts = await queries.open_debts(session, DebtRow.pair == conversation.pair)
            news += await clocks.settle(session, conversation, debts, "closed", now)
            await _leave_one(session, conversation.pair, given_up, person)
    return news


async def _leave_one(session: AsyncSession, pair: UUID, given_up: UUID, person: UUID) -> None:
    theirs = delete(MemberRow).where(MemberRow.pair == pair, MemberRow.person == given_up).returning(MemberRow.role)
    role = await session.scalar(theirs)
    mine = update(MemberRow).where(MemberRow.pair == pair, MemberRow.person == person)
    await session.execute(mine.values(role=func.least(MemberRow.role, role)))
