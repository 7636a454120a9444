"""Who owes whom an answer: reading it, acknowledging without a reply, and waiving."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, select

from services.messaging import clocks, queries
from services.messaging.tables import DebtRow
from services.messaging.visibility import Conversation, conversation_for
from shared.access import CallerDep
from shared.contracts import RoleKind
from shared.contracts.messaging import Settlement
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class Debt(BaseModel):
    """An answer owed. `overdue_at` is when reply.overdue was said, if it was."""

    model_config = ConfigDict(from_attributes=True)

    debt: UUID
    pair: UUID
    debtor: UUID
    debtor_role: RoleKind
    creditor: UUID
    since: datetime
    due_at: datetime
    overdue_at: datetime | None
    settled_at: datetime | None
    settlement: Settlement | None


class Settled(BaseModel):
    """The debts that a request settled; none where none was open."""

    settled: list[Debt]


@router.get("/conversations/{pair}/debts")
async def list_debts(
    pair: UUID,
    session: SessionDep,
    caller: CallerDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    state: Literal["open", "settled"] | None = None,
) -> Page[Debt]:
    """Who owes whom an answer in a conversation, and who did; newest first."""
    await conversation_for(session, caller, pair)
    rows = select(DebtRow).where(DebtRow.pair == pair).order_by(DebtRow.debt.desc()).limit(limit + 1)
    if state:
        rows = rows.where(queries.OPEN_DEBT if state == "open" else ~queries.OPEN_DEBT)
    if cursor:
        rows = rows.where(DebtRow.debt < decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = [Debt.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].debt) if len(found) > limit else None)


@router.post("/conversations/{pair}/acknowledgement")
async def acknowledge(pair: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Settled:
    """Tell the partner that their message was seen; what the caller owes is settled without a reply."""
    conversation = await conversation_for(session, caller, pair, lock=True)
    mine = DebtRow.debtor == conversation.require_member().person
    return await _settle(session, conversation, mine, "acknowledged", clock)


@router.post("/conversations/{pair}/waiver")
async def waive(pair: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Settled:
    """Tell the partner that no answer is needed any more; what the caller is owed is settled."""
    conversation = await conversation_for(session, caller, pair, lock=True)
    owed_to_me = DebtRow.creditor == conversation.require_member().person
    return await _settle(session, conversation, owed_to_me, "waived", clock)


async def _settle(
    session: SessionDep,
    conversation: Conversation,
    which: ColumnElement[bool],
    settlement: Settlement,
    clock: ClockDep,
) -> Settled:
    await clocks.hold_people(session, conversation.people)
    debts = await queries.open_debts(session, DebtRow.pair == conversation.row.pair, which)
    now = clock.now()
    await emit(session, *await clocks.settle(session, conversation.row, debts, settlement, now), at=now)
    return Settled(settled=[Debt.model_validate(debt) for debt in debts])
