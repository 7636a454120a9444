"""Statements worth a name. Those of sending carry the claim, so that a worker that came too late changes nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, bindparam, case, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.domain import LONGEST_OUTAGE_WAIT, Kind, State, first_state, mail_id, once_each
from services.notify.tables import CauseRow, MailRow

LEASE = timedelta(seconds=120)
"""How long a batch may have a row in hand; longer than any dialogue may take."""

UNTRACKED = {"synchronize_session": False}


@dataclass(frozen=True)
class Occasion:
    """What mails are about: the subject of an event, whom it concerns, where and when."""

    cause: str
    people: Sequence[UUID]
    sites: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Claimed:
    """A mail in hand."""

    mail: UUID
    person: UUID
    kind: Kind
    attempts: int
    caused_at: datetime


_CAUSES = insert(CauseRow)
_TAKE_CAUSES = _CAUSES.on_conflict_do_update(
    index_elements=["cause"], set_={"is_over": or_(CauseRow.is_over, _CAUSES.excluded.is_over)}
).returning(CauseRow.cause, CauseRow.is_over)
_MAILS = insert(MailRow)
_STORE_MAILS = _MAILS.on_conflict_do_update(
    index_elements=["cause", "person", "kind"],  # whoever was merged has mails whose ids were made of another record's
    set_={"caused_at": _MAILS.excluded.caused_at},
    where=MailRow.caused_at > _MAILS.excluded.caused_at,
)


async def take_causes(session: AsyncSession, causes: Iterable[str], *, over: bool = False) -> dict[str, bool]:
    """Lock what mails are about until the commit, so that its beginning and its ending see each other.

    Returns for each whether it is over, by this or by what was heard before.
    """
    rows = [{"cause": cause, "is_over": over} for cause in sorted(set(causes))]
    found = await session.execute(_TAKE_CAUSES, rows)
    return {row.cause: row.is_over for row in found}


async def store_mails(session: AsyncSession, kind: Kind, *occasions: Occasion) -> None:
    """One mail for each person of an occasion; what was heard before changes nothing but an earlier time of it."""
    over = await take_causes(session, [each.cause for each in occasions])
    mails = {
        mail_id(each.cause, person, kind): {
            "cause": each.cause, "kind": kind, "person": person, "state": first_state(over[each.cause]),
            "site": each.sites[0], "other_site": each.sites[1] if len(each.sites) > 1 else None, "caused_at": each.at,
        }
        for each in occasions
        for person in once_each(each.people)
    }  # fmt: skip
    await session.execute(_STORE_MAILS, [{"mail": mail, **values} for mail, values in mails.items()])


async def supersede(session: AsyncSession, cause: str) -> None:
    """The cause is over: what has not gone out does not go out."""
    await take_causes(session, [cause], over=True)
    await session.execute(
        update(MailRow)
        .where(MailRow.cause == cause, MailRow.state == State.WAITING)
        .values(state=State.SUPERSEDED, claim=None, lease_until=None, retry_at=None)
        .execution_options(**UNTRACKED)
    )


def _may_go(now: Any, at: Any) -> ColumnElement[bool]:
    """By real time `now` and domain time `at`."""
    tried = or_(MailRow.retry_at.is_(None), MailRow.retry_at <= now)
    return and_(MailRow.state == State.WAITING, tried, or_(MailRow.held_until.is_(None), MailRow.held_until <= at))


def _under_way(now: Any, at: Any) -> ColumnElement[bool]:
    return or_(_may_go(now, at), MailRow.state == State.SENDING)


_MOMENT = DateTime(timezone=True)
_IS_ANY_UNDER_WAY = select(exists().where(_under_way(bindparam("now", type_=_MOMENT), bindparam("at", type_=_MOMENT))))
"""Built once: it is asked every second."""


async def is_any_under_way(session: AsyncSession, now: datetime, at: datetime) -> bool:
    """Whether any mail could go out now or is going out."""
    return bool(await session.scalar(_IS_ANY_UNDER_WAY, {"now": now, "at": at}))


async def waiting(session: AsyncSession, now: datetime, at: datetime) -> int:
    """How many mails are going out, or wait.

    But for those that the server put off by more than an outage's wait, and those held for a safe hour.
    """
    soon = now + LONGEST_OUTAGE_WAIT
    return await session.scalar(select(func.count()).select_from(MailRow).where(_under_way(soon, at))) or 0


async def unknown(session: AsyncSession) -> int:
    """How many mails wait for a person's decision."""
    return await session.scalar(select(func.count()).select_from(MailRow).where(MailRow.state == State.UNKNOWN)) or 0


async def take_batch(session: AsyncSession, claim: UUID, size: int, now: datetime, at: datetime) -> list[Claimed]:
    """Take the oldest mails that may go out and that nobody has in hand."""
    free = or_(MailRow.lease_until.is_(None), MailRow.lease_until <= now)
    chosen = (
        select(MailRow.mail)
        .where(_may_go(now, at), free)
        .order_by(MailRow.caused_at, MailRow.mail)
        .limit(size)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    rows = await session.execute(
        update(MailRow)
        .where(MailRow.mail == chosen.c.mail)
        .values(claim=claim, lease_until=now + LEASE)
        .returning(MailRow.mail, MailRow.person, MailRow.kind, MailRow.attempts, MailRow.caused_at)
        .execution_options(**UNTRACKED)
    )
    claimed = [Claimed(row.mail, row.person, Kind(row.kind), row.attempts, row.caused_at) for row in rows]
    return sorted(claimed, key=lambda row: (row.caused_at, row.mail))


async def begin(session: AsyncSession, mail: UUID, claim: UUID, now: datetime, tried_at: datetime) -> bool:
    """Decide to send a mail in hand. False where it is no longer ours, or its cause is over (then superseded)."""
    over = select(CauseRow.is_over).where(CauseRow.cause == MailRow.cause).scalar_subquery()
    state = await session.scalar(
        update(MailRow)
        .where(MailRow.mail == mail, MailRow.claim == claim, MailRow.state == State.WAITING)
        .values(
            state=case((over, State.SUPERSEDED.value), else_=State.SENDING.value),
            tried_at=case((over, MailRow.tried_at), else_=tried_at),
            lease_until=now + LEASE,
            retry_at=None,
            held_until=None,
        )
        .returning(MailRow.state)
        .execution_options(**UNTRACKED)
    )
    return bool(state == State.SENDING)


async def settle(session: AsyncSession, mails: Iterable[UUID], claim: UUID, values: dict[str, Any]) -> set[UUID]:
    """Write down how mails in hand ended. An answer that came after the lease counts until a person decided.

    Returns those of which it counts.
    """
    in_hand = (State.WAITING, State.SENDING, State.UNKNOWN)
    settled = (
        update(MailRow)
        .where(MailRow.mail.in_(mails), MailRow.claim == claim, MailRow.state.in_(in_hand))
        .values(**values, claim=None, lease_until=None, attempts=MailRow.attempts + 1)
        .returning(MailRow.mail)
        .execution_options(**UNTRACKED)
    )
    return set(await session.scalars(settled))


async def hold(session: AsyncSession, mails: Iterable[UUID], claim: UUID, until: datetime) -> None:
    """Let mails in hand wait until a moment of domain time; then their cards are read anew."""
    await session.execute(
        update(MailRow)
        .where(MailRow.mail.in_(mails), MailRow.claim == claim, MailRow.state == State.WAITING)
        .values(claim=None, lease_until=None, held_until=until)
        .execution_options(**UNTRACKED)
    )


async def reconsider(session: AsyncSession, person: UUID) -> None:
    """Hold no mail of a person any longer: their cards are read anew, and may say otherwise."""
    await session.execute(
        update(MailRow)
        .where(MailRow.person == person, MailRow.state == State.WAITING, MailRow.held_until.is_not(None))
        .values(held_until=None)
        .execution_options(**UNTRACKED)
    )


async def put_off(session: AsyncSession, claim: UUID, until: datetime, code: int | None) -> None:
    """Let what was taken and not begun wait until a moment of real time."""
    await session.execute(
        update(MailRow)
        .where(MailRow.claim == claim, MailRow.state == State.WAITING)
        .values(claim=None, lease_until=None, retry_at=until, smtp_code=code)
        .execution_options(**UNTRACKED)
    )


async def release(session: AsyncSession, claim: UUID) -> None:
    """Give back what was taken and not begun."""
    given_back = (State.WAITING, State.SUPERSEDED)
    await session.execute(
        update(MailRow)
        .where(MailRow.claim == claim, MailRow.state.in_(given_back))
        .values(claim=None, lease_until=None)
        .execution_options(**UNTRACKED)
    )


async def declare_lost(session: AsyncSession, now: datetime) -> list[UUID]:
    """Mails whose sender vanished in the dialogue become unknown. Returns them."""
    lost = (
        update(MailRow)
        .where(MailRow.state == State.SENDING, MailRow.lease_until <= now)
        .values(state=State.UNKNOWN, lease_until=None)
        .returning(MailRow.mail)
        .execution_options(**UNTRACKED)
    )
    return list(await session.scalars(lost))
