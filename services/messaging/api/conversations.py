"""Conversations: whose they are, what waits in them, who is away, and whether messages pass."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from services.messaging import agreements, queries
from services.messaging.api.debts import Debt
from services.messaging.domain.consents import all_consent
from services.messaging.domain.stops import is_stopped
from services.messaging.domain.writing import may_write
from services.messaging.tables import AwayNoticeRow, ConversationRow, DebtRow, MemberRow
from services.messaging.visibility import Conversation as Seen
from services.messaging.visibility import conversation_for, visible_to
from shared.access import Caller, CallerDep
from shared.contracts import RoleKind
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class Part(BaseModel):
    """A person's part in a pair."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    role: RoleKind


class Away(BaseModel):
    """A member is or will be away. The note is shown to members only."""

    model_config = ConfigDict(from_attributes=True)

    away: UUID
    person: UUID
    starts: datetime
    ends: datetime
    note: str | None


class Rules(BaseModel):
    """The conduct document that holds here; a reminder in every channel (R56).

    `to_sign`: the caller has to sign this version, until the end of `until` where an earlier signature counts so long.
    None for staff.
    """

    model_config = ConfigDict(from_attributes=True)

    document: str
    version: str
    to_sign: bool | None
    until: date | None


class Conversation(BaseModel):
    """A conversation. `unread` counts messages of others that the caller was not shown; None for staff."""

    pair: UUID
    offering: str
    site: str
    other_site: str | None
    state: Literal["open", "closed"]
    closed_on: date | None
    members: list[Part]
    messages: int
    unread: int | None
    debts: list[Debt]


class OneConversation(Conversation):
    """A conversation with its members' absences, its rules, and whether messages pass at the moment.

    `stopped`: the whole programme stands still here (R78).
    """

    may_write: bool
    stopped: bool
    rules: Rules | None
    away: list[Away]


@router.get("/conversations")
async def list_conversations(
    session: SessionDep, caller: CallerDep, limit: PageSize = 50, cursor: Cursor = None
) -> Page[Conversation]:
    """The caller's own conversations, and for staff those at their sites; newest pair first."""
    rows = select(ConversationRow).where(visible_to(caller)).order_by(ConversationRow.pair.desc()).limit(limit + 1)
    if cursor:
        rows = rows.where(ConversationRow.pair < decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = await _seen_by(session, caller, found[:limit])
    return Page(items=items, next=encode_cursor(items[-1].pair) if len(found) > limit else None)


@router.get("/conversations/{pair}")
async def read_conversation(pair: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OneConversation:
    """One conversation."""
    seen = await conversation_for(session, caller, pair)
    (conversation,) = await _seen_by(session, caller, [seen.row])
    clearances = await queries.clearances_of(session, seen.people)
    unsigned = await agreements.lapsed(session, seen.pair, clock.today())
    frozen = await queries.frozen_among(session, seen.people)
    stopped = is_stopped((await queries.limits_of(session, seen.row.offering)).stops)
    consents, today = await queries.consents_of(session, seen.people), clock.today()
    stands = may_write(seen.pair, clearances, today, frozen) and all_consent(seen.people, consents, today)
    return OneConversation(
        **conversation.model_dump(),
        may_write=stands and not unsigned and not stopped,
        stopped=stopped,
        rules=await _rules(session, seen, clock.today()),
        away=await _away(session, seen.people, clock.now(), with_notes=seen.mine is not None),
    )


async def _rules(session: SessionDep, seen: Seen, today: date) -> Rules | None:
    told = await agreements.rules_of(session, seen.pair, seen.mine.person if seen.mine else None, today)
    if told is None:
        return None
    if seen.mine:
        return Rules.model_validate(told)
    return Rules(document=told.document, version=told.version, to_sign=None, until=None)


async def _seen_by(session: SessionDep, caller: Caller, rows: Collection[ConversationRow]) -> list[Conversation]:
    pairs = [row.pair for row in rows]
    members = await queries.members_of(session, pairs)
    debts = await queries.open_debts(session, DebtRow.pair.in_(pairs))
    unread = await queries.unread(session, caller.person, pairs) if caller.person else {}
    return [
        Conversation(
            pair=row.pair, offering=row.offering, site=row.site, other_site=row.other_site,
            state=row.state, closed_on=row.closed_on, messages=row.messages,
            members=[Part.model_validate(member) for member in members[row.pair]],
            unread=unread.get(row.pair, 0) if _is_in(members[row.pair], caller) else None,
            debts=[Debt.model_validate(debt) for debt in debts if debt.pair == row.pair],
        )
        for row in rows
    ]  # fmt: skip


def _is_in(members: Collection[MemberRow], caller: Caller) -> bool:
    return caller.person in {member.person for member in members}


async def _away(session: SessionDep, people: Collection[UUID], now: datetime, *, with_notes: bool) -> list[Away]:
    """Absences of now and of the time to come."""
    rows = await session.scalars(
        select(AwayNoticeRow)
        .where(AwayNoticeRow.person.in_(people), AwayNoticeRow.ended_at.is_(None), AwayNoticeRow.ends > now)
        .order_by(AwayNoticeRow.starts, AwayNoticeRow.away)
    )
    found = [Away.model_validate(row) for row in rows]
    return found if with_notes else [one.model_copy(update={"note": None}) for one in found]
