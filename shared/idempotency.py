"""Idempotency-Key: a create that is sent twice happens once, and the second answer is the first one's.

The row commits with what it guards, so a concurrent twin waits for it and then replays it. Kept for 24 hours.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    Column,
    CursorResult,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import real_now
from shared.db import PLATFORM, PUBLIC, personal
from shared.problems import KeyReused

KEPT = timedelta(hours=24)

idempotency = Table(
    "idempotency",
    PLATFORM,
    Column("key", Text, primary_key=True, info=PUBLIC),
    Column("route", Text, primary_key=True, info=PUBLIC),
    Column("subject", Text, primary_key=True, info=PUBLIC),
    Column("body_hash", LargeBinary, nullable=False, info=PUBLIC),
    Column("status", Integer, info=PUBLIC),
    Column("response", LargeBinary, info=personal("answering a repeated request", "24 hours", "subject")),
    Column("created_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
)
Index("idempotency_created_at", idempotency.c.created_at)


@dataclass(frozen=True)
class Claim:
    """One request under its key."""

    key: str
    route: str
    subject: str
    body: bytes

    @property
    def _row(self) -> Any:
        columns = idempotency.c
        return (columns.key == self.key) & (columns.route == self.route) & (columns.subject == self.subject)

    async def take(self, session: AsyncSession) -> tuple[int, bytes] | None:
        """None when this request is the first; else the first one's (status, body).

        Raises KeyReused when the key came with another body.
        """
        body_hash = hashlib.sha256(self.body).digest()
        statement = insert(idempotency).values(
            key=self.key, route=self.route, subject=self.subject, body_hash=body_hash, created_at=real_now()
        )
        result = cast("CursorResult[Any]", await session.execute(statement.on_conflict_do_nothing()))
        if result.rowcount == 1:
            return None
        columns = idempotency.c
        found = (
            await session.execute(select(columns.body_hash, columns.status, columns.response).where(self._row))
        ).one()
        if found.body_hash != body_hash:
            raise KeyReused("Send a new Idempotency-Key with a new request, or repeat the first request as it was.")
        return found.status, found.response

    async def keep(self, session: AsyncSession, status: int, response: bytes) -> None:
        """Store the answer with what it answers for."""
        await session.execute(update(idempotency).where(self._row).values(status=status, response=response))


async def forget_old(session: AsyncSession, now: datetime, batch: int = 5_000) -> int:
    """Delete one batch of rows past their time."""
    columns = idempotency.c
    old = select(columns.key, columns.route, columns.subject).where(columns.created_at < now - KEPT).limit(batch)
    statement = delete(idempotency).where(tuple_(columns.key, columns.route, columns.subject).in_(old))
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount
