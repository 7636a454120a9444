"""Deadlines are rows: armed and cancelled in the transaction that causes them, fired once with what they cause.

A row is claimed with SKIP LOCKED, deleted, and its rule run in one transaction, so it fires once however many
workers run. Times are domain time; only the retry of a rule that failed is real time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    Table,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import telemetry
from shared.clock import Clock, real_now
from shared.db import PLATFORM, PUBLIC

RETRY = timedelta(seconds=5)
CLAIMED_SECONDS = 0.05
"""How long to wait before looking again: all that was due has fired, or another process has it in hand."""

log = structlog.get_logger(__name__)

deadline = Table(
    "deadline",
    PLATFORM,
    Column("kind", Text, primary_key=True, info=PUBLIC),
    Column("subject", Text, primary_key=True, info=PUBLIC),
    Column("due_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
    Column("retry_at", DateTime(timezone=True), info=PUBLIC),
)
Index("deadline_due_at", deadline.c.due_at)

Rule = Callable[[AsyncSession, str, datetime, datetime], Awaitable[None]]
"""What happens when a deadline fires: (session, subject, when it was due, domain now)."""


_SET = insert(deadline)
_ARM = _SET.on_conflict_do_update(
    index_elements=["kind", "subject"], set_={"due_at": _SET.excluded.due_at, "retry_at": None}
)
_CANCEL = delete(deadline).where(deadline.c.kind == bindparam("of_kind"), deadline.c.subject == bindparam("of_subject"))
"""Built once: building them took longer than Postgres takes to do them."""


async def arm(session: AsyncSession, kind: str, subject: str, due_at: datetime) -> None:
    """Set or move the deadline of a subject."""
    await session.execute(_ARM, {"kind": kind, "subject": subject, "due_at": due_at})


async def cancel(session: AsyncSession, kind: str, subject: str) -> None:
    """Take a deadline back; nothing happens where none is armed."""
    await session.execute(_CANCEL, {"of_kind": kind, "of_subject": subject})


async def arm_all(session: AsyncSession, kind: str, dues: Mapping[str, datetime | None]) -> None:
    """Set, move or take back (None) the deadlines of many subjects, all who do so in the same order."""
    if armed := [{"kind": kind, "subject": each, "due_at": dues[each]} for each in sorted(dues) if dues[each]]:
        await session.execute(_ARM, armed)
    if cancelled := [{"of_kind": kind, "of_subject": each} for each in sorted(dues) if not dues[each]]:
        await session.execute(_CANCEL, cancelled)


async def due(session: AsyncSession, now: datetime) -> int:
    """How many deadlines are due at `now` and have not fired."""
    count = await session.scalar(select(func.count()).select_from(deadline).where(deadline.c.due_at <= now))
    return count or 0


def _may_fire() -> ColumnElement[bool]:
    real = bindparam("real_now", type_=DateTime(timezone=True))
    return or_(deadline.c.retry_at.is_(None), deadline.c.retry_at <= real)


class Timers:
    """Fires the deadlines of one service. `rules` maps each kind of deadline to what it causes."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
        rules: Mapping[str, Rule],
        committed: Callable[[], None],
    ) -> None:
        self._sessions, self._clock, self._rules, self._committed = sessions, clock, rules, committed
        ours = deadline.c.kind.in_(rules), _may_fire()
        self._next = select(deadline.c.due_at).where(*ours).order_by(deadline.c.due_at).limit(1)
        earliest = select(deadline.c.kind, deadline.c.subject, deadline.c.due_at).where(
            *ours, deadline.c.due_at <= bindparam("now", type_=DateTime(timezone=True))
        )
        self._earliest = earliest.order_by(deadline.c.due_at).limit(1).with_for_update(skip_locked=True)

    async def run(self) -> None:
        """Fire what is due, for ever."""
        while True:
            try:
                pause = await self._until_next()
                while not pause:
                    pause = 0.0 if await self.step() else CLAIMED_SECONDS
            except Exception as error:
                log.warning("timers.wait", reason=repr(error))
                pause = 1.0
            await asyncio.sleep(pause)

    async def _until_next(self) -> float:
        """Real seconds until the next deadline is due, or until it is time to see whether another one was armed."""
        now, poll = self._clock.now(), self._clock.poll_seconds
        async with self._sessions() as session:
            next_at: datetime | None = await session.scalar(self._next, {"real_now": real_now()})
        if next_at is not None and next_at <= now:
            return 0.0
        if next_at is None or not self._clock.rate:
            return poll
        return min(poll, (next_at - now).total_seconds() / self._clock.rate)

    async def step(self) -> bool:
        """Fire the earliest due deadline. False when none is due."""
        now = self._clock.now()
        async with self._sessions() as session:
            found = (await session.execute(self._earliest, {"now": now, "real_now": real_now()})).one_or_none()
            if found is None:
                return False
            kind, subject, due_at = found
            try:
                await cancel(session, kind, subject)
                await self._rules[kind](session, subject, due_at, now)
                await session.commit()
            except Exception:
                await session.rollback()
                log.exception("timer.failed", kind=kind, subject=subject)
                telemetry.deadline_failed(kind)
                await self._postpone(session, kind, subject)
                return True
        telemetry.deadline_lateness((now - due_at).total_seconds())
        self._committed()
        return True

    @staticmethod
    async def _postpone(session: AsyncSession, kind: str, subject: str) -> None:
        row = deadline.c.kind == kind, deadline.c.subject == subject
        await session.execute(update(deadline).where(*row).values(retry_at=real_now() + RETRY))
        await session.commit()
