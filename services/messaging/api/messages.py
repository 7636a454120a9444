"""Messages: written by members while everything stands, read by members, and by staff who say why."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import func, select, update

from services.messaging import agreements, clocks, kept, queries
from services.messaging.domain.agreements import check_signed
from services.messaging.domain.consents import check_consents
from services.messaging.domain.replies import new_debtors
from services.messaging.domain.stops import STOPPED, is_stopped
from services.messaging.domain.writing import check_may_write, message_text
from services.messaging.tables import DebtRow, MemberRow, MessageRow, ReadingRow
from services.messaging.visibility import READERS, Conversation, conversation_for, sites
from shared.access import Caller, CallerDep
from shared.contracts import RoleKind, Slug
from shared.contracts.messaging import MessageSent
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class NewMessage(BaseModel):
    """A message to write."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(description="1 to 10,000 characters, any script."), AfterValidator(message_text)]
    answer_needed: bool = True
    in_reply_to: UUID | None = None


class Message(BaseModel):
    """A message. `number` counts within its conversation, from 1."""

    model_config = ConfigDict(from_attributes=True)

    message: UUID
    pair: UUID
    number: int
    sender: UUID
    sender_role: RoleKind
    text: str
    answer_needed: bool
    in_reply_to: UUID | None
    sent_at: datetime


class Kept(BaseModel):
    """A message that was written while the line was stopped; nobody but its sender sees it."""

    model_config = ConfigDict(from_attributes=True)

    message: UUID
    pair: UUID
    text: str
    answer_needed: bool
    in_reply_to: UUID | None
    kept_at: datetime
    notice: str = STOPPED


@router.post("/conversations/{pair}/messages", status_code=201, responses={202: {"model": Kept}})
async def send(
    pair: UUID, body: NewMessage, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Message | Kept:
    """Write to the pair. It settles what the sender owes, and makes the others owe an answer if one is needed (R9).

    While the line is stopped it is kept for its sender alone (202), who sends it themself later (R78).
    """
    conversation = await conversation_for(session, caller, pair, lock=True)
    sender = conversation.require_member()
    await clocks.hold_offering(session, conversation.row.offering)
    limits = await queries.limits_of(session, conversation.row.offering)
    if conversation.pair.is_open and is_stopped(limits.stops):
        response.status_code = 202
        await _check_reply(session, pair, body.in_reply_to)
        return Kept.model_validate(await kept.keep(session, pair, sender.person, body.model_dump(), clock.now()))
    return await pass_on(session, conversation, sender, body, clock.now())


async def pass_on(
    session: SessionDep, conversation: Conversation, sender: MemberRow, body: NewMessage, now: datetime
) -> Message:
    """Let a message reach the others; whoever calls this holds the conversation and its offering."""
    pair = conversation.row.pair
    await clocks.hold_people(session, conversation.people)
    unsigned = await agreements.lapsed(session, conversation.pair, now.date())
    check_signed(conversation.pair, unsigned, sender.person)
    clearances = await queries.clearances_of(session, conversation.people)
    frozen = await queries.frozen_among(session, conversation.people)
    check_may_write(conversation.pair, clearances, now.date(), frozen)
    check_consents(conversation.people, await queries.consents_of(session, conversation.people), now.date())
    await _check_reply(session, pair, body.in_reply_to)
    message = _store(session, conversation, sender, body, now)
    debts = await queries.open_debts(session, DebtRow.pair == pair)
    own = [debt for debt in debts if debt.debtor == sender.person]
    owing = {debt.debtor for debt in debts if debt.creditor == sender.person}
    answered = await clocks.settle(session, conversation.row, own, "answered", now)
    debtors = new_debtors(sender.person, conversation.pair.members, body.answer_needed, owing)
    await clocks.begin(session, conversation.row, message, debtors)
    await emit(session, _sent(conversation, message), *answered, at=now)
    return Message.model_validate(message)


async def _check_reply(session: SessionDep, pair: UUID, in_reply_to: UUID | None) -> None:
    if in_reply_to is None:
        return
    answered = await session.get(MessageRow, in_reply_to)
    if answered is None or answered.pair != pair:
        raise Invalid.field("in_reply_to", "is no message of this conversation")


def _store(
    session: SessionDep, conversation: Conversation, sender: MemberRow, body: NewMessage, now: datetime
) -> MessageRow:
    conversation.row.messages += 1
    message = MessageRow(
        message=new_id(), pair=conversation.row.pair, number=conversation.row.messages, sender=sender.person,
        sender_role=sender.role, text=body.text, answer_needed=body.answer_needed, in_reply_to=body.in_reply_to,
        sent_at=now,
    )  # fmt: skip
    session.add(message)
    return message


def _sent(conversation: Conversation, message: MessageRow) -> MessageSent:
    return MessageSent(
        message=message.message, pair=message.pair, site=conversation.row.site,
        other_site=conversation.row.other_site, sender=message.sender, sender_role=RoleKind(message.sender_role),
        recipients=[person for person in conversation.people if person != message.sender],
        answer_needed=message.answer_needed, sent_at=message.sent_at,
    )  # fmt: skip


@router.get("/conversations/{pair}/messages")
async def list_messages(
    pair: UUID,
    session: SessionDep,
    caller: CallerDep,
    clock: ClockDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    order: Literal["newest", "oldest"] = "newest",
    above: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only messages with a number above this.")] = 0,
    purpose: Annotated[Slug | None, Query(description="Why staff read; written down.")] = None,
) -> Page[Message]:
    """The messages of a conversation. What a member is shown counts as read; what staff are shown is written down."""
    conversation = await conversation_for(session, caller, pair)
    reason = _reason_to_read(conversation, caller, purpose)
    number = MessageRow.number
    rows = select(MessageRow).where(MessageRow.pair == pair, number > above).limit(limit + 1)
    rows = rows.order_by(number.desc() if order == "newest" else number)
    if cursor:
        (last,) = decode_cursor(cursor, int)
        rows = rows.where(number < last if order == "newest" else number > last)
    found = list(await session.scalars(rows))
    items = [Message.model_validate(row) for row in found[:limit]]
    await _note_reading(session, conversation, caller, reason, items, clock.now())
    return Page(items=items, next=encode_cursor(items[-1].number) if len(found) > limit else None)


def _reason_to_read(conversation: Conversation, caller: Caller, purpose: str | None) -> str | None:
    """Why staff read; None for a member. Raises Forbidden without the grant, Invalid without a purpose."""
    if conversation.mine:
        return None
    if not any(caller.covers(*READERS, site=site) for site in sites(conversation.row)):
        raise Forbidden("Messages are read by the members of the pair, and by moderators who say why.")
    if purpose is None:
        raise Invalid.field("purpose", "say why you read this conversation, in one word: `concern`")
    return purpose


async def _note_reading(
    session: SessionDep,
    conversation: Conversation,
    caller: Caller,
    reason: str | None,
    items: list[Message],
    now: datetime,
) -> None:
    pair = conversation.row.pair
    if reason is not None:
        session.add(
            ReadingRow(
                reading=new_id(), reader=caller.subject, pair=pair, read_at=now, purpose=reason, messages=len(items)
            )
        )
    elif items:
        shown = max(item.number for item in items)
        await session.execute(
            update(MemberRow)
            .where(MemberRow.pair == pair, MemberRow.person == caller.person)
            .values(read_up_to=func.greatest(MemberRow.read_up_to, shown))
        )
