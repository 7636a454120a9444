"""Dead letters as rows: what could not be handled, why, and the way back (`rapport dead replay`)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Integer, LargeBinary, Table, Text, UniqueConstraint, Uuid, delete
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import inbox
from shared.clock import real_now
from shared.db import PLATFORM, PUBLIC
from shared.ids import new_id
from shared.log import words_of

REPLAY_HEADER = "x-rapport-replay"
"""Set on a message that `rapport dead replay` puts back into its reader's queue."""

dead_letter = Table(
    "dead_letter",
    PLATFORM,
    Column("id", Uuid, primary_key=True, info=PUBLIC),
    Column("handler", Text, nullable=False, info=PUBLIC),
    Column("key", Text, nullable=False, info=PUBLIC),
    Column("event_id", Uuid, info=PUBLIC),
    Column("queue", Text, nullable=False, info=PUBLIC),
    Column("body", LargeBinary, nullable=False, info=PUBLIC),
    Column("headers", JSONB, nullable=False, info=PUBLIC),
    Column("content_type", Text, info=PUBLIC),
    Column("reason", Text, nullable=False, info=PUBLIC),
    Column("error_type", Text, nullable=False, info=PUBLIC),
    Column("attempts", Integer, nullable=False, info=PUBLIC),
    Column("first_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
    Column("last_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
    UniqueConstraint("handler", "key", name="dead_letter_handler_key"),
)


@dataclass(frozen=True)
class Corpse:
    """A message that a handler gives up: as it came, with the error that ended it."""

    handler: str
    queue: str
    event_id: UUID | None
    epoch: int
    body: bytes
    headers: Mapping[str, Any]
    content_type: str | None
    error: BaseException

    @property
    def key(self) -> str:
        """The event's id, or the body's sha256 where it has no readable id."""
        return str(self.event_id) if self.event_id else hashlib.sha256(self.body).hexdigest()


async def bury(session: AsyncSession, corpse: Corpse, attempts: int) -> bool:
    """Write the inbox row (`dead`) and the dead letter. False when the event turns out to be applied already."""
    if corpse.event_id:
        first = await inbox.record(session, corpse.handler, corpse.event_id, corpse.epoch, inbox.DEAD)
        if not first and not await _is_dead(session, corpse):
            return False
    now = real_now()
    headers = {
        _storable(name): _storable(str(value)) for name, value in corpse.headers.items() if name != REPLAY_HEADER
    }
    content_type = corpse.content_type and _storable(corpse.content_type)
    reason = _storable(words_of(corpse.error))[:2000]
    statement = insert(dead_letter).values(
        id=new_id(), handler=corpse.handler, key=corpse.key, event_id=corpse.event_id, queue=corpse.queue,
        body=corpse.body, headers=headers, content_type=content_type, reason=reason,
        error_type=type(corpse.error).__name__, attempts=attempts, first_at=now, last_at=now,
    )  # fmt: skip
    again = {"reason": statement.excluded.reason, "error_type": statement.excluded.error_type, "last_at": now}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["handler", "key"],
            set_={**again, "attempts": dead_letter.c.attempts + statement.excluded.attempts},
        )
    )
    return True


def _storable(words: str) -> str:
    """Text that Postgres takes, which knows no NUL: whoever sends one must not keep the letter from being written."""
    return words.replace("\0", "\N{REPLACEMENT CHARACTER}")


async def _is_dead(session: AsyncSession, corpse: Corpse) -> bool:
    found = inbox.inbox.c.handler == corpse.handler, inbox.inbox.c.event_id == corpse.event_id
    return await session.scalar(inbox.inbox.select().with_only_columns(inbox.inbox.c.outcome).where(*found)) == (
        inbox.DEAD
    )


async def forgive(session: AsyncSession, handler: str, key: str) -> None:
    """Drop the dead letter of what has now been applied."""
    await session.execute(delete(dead_letter).where(dead_letter.c.handler == handler, dead_letter.c.key == key))
