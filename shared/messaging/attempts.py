"""Attempts at messages that may kill their process: committed before the handler runs, so that they outlive a crash.

A message that was redelivered twice is a suspect. Suspects are handled one at a time, because all that a dying process
had in hand look alike to the broker; only the one that runs has an attempt counted. A process counts once however
often it tries, so waiting for a database never counts.
"""

from sqlalchemy import Column, DateTime, Integer, Table, Text, Uuid, case, delete
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


async def begin(session: AsyncSession, handler: str, event_id: object) -> None:
    """Count this process's attempt. Raises KilledProcess at the fifth, which is not to be made."""
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


async def end(session: AsyncSession, handler: str, event_id: object) -> None:
    """Forget the attempts at a message that was applied or buried."""
    row = delivery_attempt.c.handler == handler, delivery_attempt.c.event_id == event_id
    await session.execute(delete(delivery_attempt).where(*row))
