"""The reply clocks as rows: debts begun, settled and computed anew, each with its armed deadline.

Locks are always taken in this order: conversation row, offering, people (sorted), then per debt (sorted) its deadline
and its row. A firing deadline holds its own row and then its debt's, so nothing waits in a circle.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from sqlalchemy import ColumnElement, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging.queries import absences_of, limits_of, limits_told, running_clocks
from services.messaging.tables import ConversationRow, DebtRow, MessageRow
from shared.contracts import RoleKind
from shared.contracts.matching import Member
from shared.contracts.messaging import ReplyOverdue, ReplySettled, Settlement
from shared.deadlines import arm, cancel
from shared.ids import new_id

OVERDUE = "reply-overdue"


async def hold_offering(session: AsyncSession, offering: str, *, to_change: bool = False) -> None:
    """Keep an offering's limits from changing until the commit; `to_change` waits for all who keep them."""
    function = "pg_advisory_xact_lock" if to_change else "pg_advisory_xact_lock_shared"
    await session.execute(text(f"SELECT {function}(:key)"), {"key": _key(f"offering/{offering}")})


async def hold_people(session: AsyncSession, people: Iterable[UUID]) -> None:
    """Keep some people's debts and absences to this transaction until its commit."""
    for key in sorted({_key(f"person/{person}") for person in people}):
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _key(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def begin(
    session: AsyncSession, conversation: ConversationRow, message: MessageRow, debtors: Iterable[Member]
) -> None:
    """Let each debtor owe the sender an answer from this message on."""
    debtors = list(debtors)
    limits = await limits_of(session, conversation.offering)
    absences = await absences_of(session, [debtor.person for debtor in debtors])
    for debtor in debtors:
        row = DebtRow(
            debt=new_id(),
            pair=conversation.pair,
            debtor=debtor.person,
            debtor_role=debtor.role,
            creditor=message.sender,
            message=message.message,
            since=message.sent_at,
            due_at=limits.due_at(message.sent_at, debtor.role, absences[debtor.person]),
        )
        session.add(row)
        await arm(session, OVERDUE, str(row.debt), row.due_at)


async def settle(
    session: AsyncSession,
    conversation: ConversationRow,
    debts: Iterable[DebtRow],
    settlement: Settlement,
    now: datetime,
) -> list[ReplySettled]:
    """End debts whose people are held, and return what to tell of it."""
    news = []
    for debt in debts:
        await cancel(session, OVERDUE, str(debt.debt))  # waits for a deadline that is firing; then it was overdue
        await session.refresh(debt, with_for_update=True)
        debt.settled_at, debt.settlement = now, settlement
        news.append(settled(debt, conversation))
    return news


async def compute_anew(session: AsyncSession, *where: ColumnElement[bool]) -> None:
    """Compute again when the debts that are neither settled nor overdue are due; their people are held."""
    clocks = (await session.execute(running_clocks(*where))).all()
    absences = await absences_of(session, {debt.debtor for debt, *_ in clocks})
    for debt, *told in clocks:
        due = limits_told(*told).due_at(debt.since, RoleKind(debt.debtor_role), absences[debt.debtor])
        if due == debt.due_at:
            continue
        await arm(session, OVERDUE, str(debt.debt), due)
        await session.refresh(debt, with_for_update=True)
        if debt.overdue_at is None:
            debt.due_at = due
        else:  # its deadline fired while this transaction waited for it
            await cancel(session, OVERDUE, str(debt.debt))


async def became_overdue(session: AsyncSession, debt_id: UUID, now: datetime) -> list[ReplyOverdue]:
    """What to tell when a debt's deadline fires: once per debt, and not before it is really due."""
    clock = running_clocks(DebtRow.debt == debt_id).add_columns(ConversationRow).with_for_update(of=DebtRow)
    found = (await session.execute(clock)).one_or_none()
    if found is None:
        return []
    debt, *told, conversation = found
    absences = await absences_of(session, [debt.debtor])
    debt.due_at = limits_told(*told).due_at(debt.since, RoleKind(debt.debtor_role), absences[debt.debtor])
    if debt.due_at > now:
        await arm(session, OVERDUE, str(debt_id), debt.due_at)
        return []
    debt.overdue_at = now
    return [overdue(debt, conversation)]


def overdue(debt: DebtRow, conversation: ConversationRow) -> ReplyOverdue:
    """What is told of a debt past its limit."""
    return ReplyOverdue.model_validate({**_told(debt, conversation), "due_at": debt.due_at})


def settled(debt: DebtRow, conversation: ConversationRow) -> ReplySettled:
    """What is told of a debt that was settled."""
    ending = {
        "settled_at": debt.settled_at, "settlement": debt.settlement, "was_overdue": debt.overdue_at is not None,
    }  # fmt: skip
    return ReplySettled.model_validate({**_told(debt, conversation), **ending})


def _told(debt: DebtRow, conversation: ConversationRow) -> dict[str, object]:
    return {
        "debt": debt.debt, "pair": debt.pair, "site": conversation.site, "other_site": conversation.other_site,
        "debtor": debt.debtor, "debtor_role": debt.debtor_role, "creditor": debt.creditor, "since": debt.since,
    }  # fmt: skip
