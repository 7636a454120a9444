"""The inbox: one row per handler and event, the first act of a handler's transaction; so repeats change nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Column, CursorResult, DateTime, Index, Integer, Table, Text, Uuid, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import real_now
from shared.db import PLATFORM, PUBLIC
from shared.ids import made_at

KEPT = timedelta(days=30)
"""Real time for which repeats are recognised; an event older than that is a dead letter."""

APPLIED, DEAD = "applied", "dead"

inbox = Table(
    "inbox",
    PLATFORM,
    Column("handler", Text, primary_key=True, info=PUBLIC),
    Column("event_id", Uuid, primary_key=True, info=PUBLIC),
    Column("outcome", Text, nullable=False, info=PUBLIC),
    Column("received_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
    Column("epoch", Integer, nullable=False, server_default="1", info=PUBLIC),
)
Index("inbox_received_at", inbox.c.received_at)


_RECORD = insert(inbox).on_conflict_do_nothing()  # built once: building it took longer than Postgres does
_RECORD_ALL = _RECORD.returning(inbox.c.event_id)


def is_too_old(event_id: UUID) -> bool:
    """True for an event whose repeats the inbox may have forgotten. Raises ValueError where it is no UUIDv7."""
    return made_at(event_id) < real_now() - KEPT


async def record(session: AsyncSession, handler: str, event_id: UUID, epoch: int, outcome: str = APPLIED) -> bool:
    """Note that `handler` deals with an event now, and the epoch of its owner. False when it has already done so."""
    row = {"handler": handler, "event_id": event_id, "outcome": outcome, "received_at": real_now(), "epoch": epoch}
    return cast("CursorResult[Any]", await session.execute(_RECORD, row)).rowcount == 1


async def record_all(session: AsyncSession, handler: str, epochs: Mapping[UUID, int]) -> set[UUID]:
    """Note that `handler` deals with events (id → epoch) now; returns those with which it had not done so."""
    now = real_now()
    rows = [  # in order, so that two that record the same wait for each other instead of for ever
        {"handler": handler, "event_id": each, "outcome": APPLIED, "received_at": now, "epoch": epochs[each]}
        for each in sorted(epochs)
    ]
    return set(await session.scalars(_RECORD_ALL, rows))


async def revive(session: AsyncSession, handler: str, event_id: UUID) -> bool:
    """Take an event back from the dead for a replay. False when it is not dead (any more)."""
    statement = (
        update(inbox)
        .where(inbox.c.handler == handler, inbox.c.event_id == event_id, inbox.c.outcome == DEAD)
        .values(outcome=APPLIED, received_at=real_now())  # kept as long as any other from now on
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount == 1


async def forget_old(session: AsyncSession, now: datetime, batch: int = 5_000) -> int:
    """Delete one batch of applied rows past their time; rows of dead letters stay while those do."""
    old = (
        select(inbox.c.handler, inbox.c.event_id)
        .where(inbox.c.received_at < now - KEPT, inbox.c.outcome == APPLIED)
        .limit(batch)
    )
    statement = delete(inbox).where(tuple_(inbox.c.handler, inbox.c.event_id).in_(old))
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount
