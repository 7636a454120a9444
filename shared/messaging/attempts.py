"""Attempts at messages that may kill their process: committed before the handler runs, so that they outlive a crash.

A message that was redelivered twice is a suspect. Suspects are handled one at a time, because all that a dying process
had in hand look alike to the broker; only the one that runs has an attempt counted. A process that comes out of a
failed attempt takes it back, so that only ends of processes count.
"""

from uuid import UUID

from sqlalchemy import Column, ColumnElement, DateTime, Integer, Table, Text, Uuid, and_, case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import real_now
from shared.db import PLATFORM, PUBLIC
from shared.ids import new_id

SUSPECT_AFTER = 2
"""Redeliveries after which a message is a suspect."""
KILLS = 5
"""The attempt that is not made any more."""

PROCESS = new_id()
NOBODY = UUID(int=0)

delivery_attempt = Table(
    "delivery_attempt",
    PLATFORM,
    Column("handler", Text, primary_key=True, info=PUBLIC),
    Column("event_id", Uuid, primary_key=True, info=PUBLIC),
    Column("attempts", Integer, nullable=False, info=PUBLIC),
    Column("process", Uuid, nullable=False, info=PUBLIC),
    Column("last_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
)


class KilledProcess(Exception):
    """Several processes began to handle this message and none of them came to an end."""


async def begin(session: AsyncSession, handler: str, event_id: UUID) -> None:
    """Count this process's attempt, once however often it tries. Raises KilledProcess at the fifth, not to be made."""
    statement = insert(delivery_attempt).values(
        handler=handler, event_id=event_id, attempts=1, process=PROCESS, last_at=real_now()
    )
    new_process = case((delivery_attempt.c.process == statement.excluded.process, 0), else_=1)
    values = {
        "attempts": delivery_attempt.c.attempts + new_process,
        "process": statement.excluded.process,
        "last_at": statement.excluded.last_at,
    }
    upsert = statement.on_conflict_do_update(index_elements=["handler", "event_id"], set_=values)
    attempts = await session.scalar(upsert.returning(delivery_attempt.c.attempts)) or 0
    if attempts >= KILLS:
        raise KilledProcess(
            f"{KILLS - 1} processes ended while they handled this message; find out why, then replay it."
        )


async def survived(session: AsyncSession, handler: str, event_id: UUID) -> None:
    """Take this process's attempt back: it failed, and the process still runs."""
    ours = _of(handler, event_id), delivery_attempt.c.process == PROCESS
    less = {"attempts": delivery_attempt.c.attempts - 1, "process": NOBODY}
    await session.execute(update(delivery_attempt).where(*ours).values(less))


async def end(session: AsyncSession, handler: str, event_id: UUID) -> None:
    """Forget the attempts at a message that was applied or buried."""
    await session.execute(delete(delivery_attempt).where(_of(handler, event_id)))


def _of(handler: str, event_id: UUID) -> ColumnElement[bool]:
    return and_(delivery_attempt.c.handler == handler, delivery_attempt.c.event_id == event_id)
