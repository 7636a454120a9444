"""Selects worth a name."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging.domain.away import Absence, effective
from services.messaging.domain.concerns import STAFF_KINDS
from services.messaging.domain.consents import Consent
from services.messaging.domain.replies import Limits
from services.messaging.domain.writing import Clearance, Pair, covers
from services.messaging.tables import (
    AwayNoticeRow,
    ClearanceRow,
    ConductCaseRow,
    ConsentRow,
    ConversationRow,
    DebtRow,
    MemberRow,
    MessageRow,
    ReplyLimitRow,
)
from shared.contracts import RoleKind
from shared.contracts.intake import Stop
from shared.contracts.matching import Member

OPEN_DEBT = DebtRow.settled_at.is_(None)
RUNNING_CLOCK = OPEN_DEBT & DebtRow.overdue_at.is_(None)


async def members_of(session: AsyncSession, pairs: Collection[UUID]) -> dict[UUID, list[MemberRow]]:
    """The members of each pair, in a fixed order."""
    found: dict[UUID, list[MemberRow]] = {pair: [] for pair in pairs}
    rows = select(MemberRow).where(MemberRow.pair.in_(pairs)).order_by(MemberRow.pair, MemberRow.person)
    for row in await session.scalars(rows):
        found[row.pair].append(row)
    return found


def pair_of(row: ConversationRow, members: Iterable[MemberRow]) -> Pair:
    """A conversation as the rules of writing see it."""
    sites = (row.site, row.other_site) if row.other_site else (row.site,)
    parts = tuple(Member(person=member.person, role=RoleKind(member.role)) for member in members)
    return Pair(row.pair, row.offering, sites, row.state == "open", parts)


async def clearances_of(session: AsyncSession, people: Collection[UUID]) -> list[Clearance]:
    """All that screening said of some people."""
    rows = await session.scalars(select(ClearanceRow).where(ClearanceRow.person.in_(people)))
    return [
        Clearance(row.person, RoleKind(row.role), row.offering, row.site, row.state, row.valid_until) for row in rows
    ]


async def frozen_among(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Who of some people may not write while a conduct case stands (R57)."""
    rows = await session.scalars(select(ConductCaseRow.frozen).where(ConductCaseRow.frozen.overlap(list(people))))
    return {person for frozen in rows for person in frozen} & set(people)


async def staff_at(session: AsyncSession, sites: Collection[str], people: Collection[UUID]) -> set[UUID]:
    """Who of some people was cleared to work for one of these places."""
    rows = await session.execute(
        select(ClearanceRow.person, ClearanceRow.site).where(
            ClearanceRow.person.in_(people), ClearanceRow.role.in_(STAFF_KINDS), ClearanceRow.state != "declined"
        )
    )
    return {person for person, scope in rows if any(covers(scope, site) for site in sites)}


async def handles(session: AsyncSession, person: UUID | None, concern: UUID) -> bool:
    """Whether a person handles the conduct case that a concern opened."""
    own = select(ConductCaseRow.case).where(ConductCaseRow.concern == concern, ConductCaseRow.handler == person)
    return person is not None and await session.scalar(own.limit(1)) is not None


async def consents_of(session: AsyncSession, people: Collection[UUID]) -> list[Consent]:
    """All that intake said of some people's consents."""
    rows = await session.scalars(select(ConsentRow).where(ConsentRow.person.in_(people)))
    return [Consent(row.person, row.state, row.valid_until) for row in rows]


async def open_debts(session: AsyncSession, *where: ColumnElement[bool]) -> list[DebtRow]:
    """Debts not settled, in the order in which every transaction touches them."""
    return list(await session.scalars(select(DebtRow).where(OPEN_DEBT, *where).order_by(DebtRow.debt)))


def running_clocks(*where: ColumnElement[bool]) -> Select[DebtRow, int, int, list[dict[str, Any]]]:
    """Debts neither settled nor overdue, each with the hours and stops of its offering where those were heard."""
    return (
        select(DebtRow, ReplyLimitRow.mentor_hours, ReplyLimitRow.mentee_hours, ReplyLimitRow.stops)
        .join(ConversationRow, ConversationRow.pair == DebtRow.pair)
        .outerjoin(ReplyLimitRow, ReplyLimitRow.offering == ConversationRow.offering)
        .where(RUNNING_CLOCK, *where)
        .order_by(DebtRow.debt)
        .execution_options(populate_existing=True)
    )


async def limits_of(session: AsyncSession, offering: str) -> Limits:
    """An offering's reply limits; the defaults while intake has told none."""
    row = await session.get(ReplyLimitRow, offering, populate_existing=True)
    return limits_told(row.mentor_hours, row.mentee_hours, row.stops) if row else Limits()


def limits_told(mentor: int | None, mentee: int | None, stops: list[dict[str, Any]] | None) -> Limits:
    """Reply limits as a row holds them; the defaults while intake has told none."""
    if mentor is None or mentee is None:
        return Limits()
    return Limits(mentor, mentee, tuple(Stop.model_validate(stop) for stop in stops or ()))


async def absences_of(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[Absence]]:
    """What each person's notices take out of their reply clocks."""
    found: dict[UUID, list[Absence]] = {person: [] for person in people}
    columns = AwayNoticeRow.person, AwayNoticeRow.starts, AwayNoticeRow.ends, AwayNoticeRow.ended_at
    for person, starts, ends, ended_at in await session.execute(
        select(*columns).where(AwayNoticeRow.person.in_(people))
    ):
        found[person].append(effective(starts, ends, ended_at))
    return found


async def unread(session: AsyncSession, person: UUID, pairs: Collection[UUID]) -> dict[UUID, int]:
    """How many messages of others each of a person's conversations holds that they have not been shown."""
    counted = (
        select(MemberRow.pair, func.count(MessageRow.message).label("unread"))
        .join(MessageRow, (MessageRow.pair == MemberRow.pair) & (MessageRow.number > MemberRow.read_up_to))
        .where(MemberRow.person == person, MemberRow.pair.in_(pairs), MessageRow.sender != person)
        .group_by(MemberRow.pair)
    )
    return {row.pair: row.unread for row in await session.execute(counted)}


async def sites_of(session: AsyncSession, person: UUID) -> list[str]:
    """Where a person is known: places of open pairs first, then of ended ones, then of clearances; oldest first."""
    pairs = (
        select(ConversationRow.site)
        .join(MemberRow, MemberRow.pair == ConversationRow.pair)
        .where(MemberRow.person == person)
        .order_by(ConversationRow.state.desc(), ConversationRow.pair)
    )
    cleared = select(ClearanceRow.site).where(ClearanceRow.person == person).order_by(ClearanceRow.clearance)
    return list(dict.fromkeys([*await session.scalars(pairs), *await session.scalars(cleared)]))
