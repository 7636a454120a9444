"""The database as every service uses it: engine, sessions, declared columns, copies of others' state."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import asyncpg
from sqlalchemy import MetaData, Table, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

POOL_SIZE = 10

PLATFORM = MetaData()
"""The tables that delivery needs and every service's database has: outbox, inbox, deadlines, idempotency."""

PUBLIC: dict[str, Any] = {"class": "public", "purpose": "running the service", "retention": "as its row", "subject": ""}
"""Column info of what is no personal data: ids of things, times, states, counts."""


def personal(purpose: str, retention: str, subject: str, *, data_class: str = "personal") -> dict[str, Any]:
    """Column info of personal data: why it is kept, how long, and which column names whom it is about.

    `data_class` is personal, special, criminal or secret.
    """
    return {"class": data_class, "purpose": purpose, "retention": retention, "subject": subject}


_AWAY = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresIOError,
)


def create_engine(url: str, pool_size: int = POOL_SIZE) -> AsyncEngine:
    """An engine whose connections fail within seconds when the database is away."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # they are what people wrote; errors end up in logs
        connect_args={
            "timeout": 5,
            "command_timeout": 30,
            "server_settings": {"timezone": "UTC", "idle_in_transaction_session_timeout": "60000"},
        },
    )


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions that keep their objects readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


def is_away(error: BaseException) -> bool:
    """True when `error` means that the database cannot work for anybody now, not that it refused a statement.

    It could not be reached, takes no writes (a replica after a failover), or has no room or connection left.
    """
    if isinstance(error, (PoolTimeout, ConnectionError, asyncpg.PostgresConnectionError)):
        return True
    if isinstance(error, InterfaceError):  # also what a value is that fits no column
        return "closed" in str(error.orig)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or is_away(cast("BaseException", error.orig))
    cause = error.__cause__
    return isinstance(error, _AWAY) or (cause is not None and is_away(cause))


async def store_state(
    session: AsyncSession, row: type[DeclarativeBase], key: str, sequence: str, values: Mapping[str, Any]
) -> bool:
    """Upsert a copy of another service's state where the stored `sequence` is smaller; also for a subject not yet met.

    `key` names the column of `row` that holds the subject's id. False when what is stored is as new or newer.
    """
    return bool(await store_states(session, row, key, [{**values, "sequence": sequence}]))


async def store_states(
    session: AsyncSession, row: type[DeclarativeBase], key: str, states: Sequence[Mapping[str, Any]]
) -> set[Any]:
    """The same for many at once, each with its `sequence`. Returns the ids of those that were newer.

    Of one subject the newest counts. Subjects are stored in one order, so that two batches cannot wait for each other.
    """
    table = cast("Table", row.__table__)
    newest = {state[key]: state for state in sorted(states, key=lambda state: str(state["sequence"]))}
    rows = [newest[subject] for subject in sorted(newest)]
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=[key],
        set_={name: statement.excluded[name] for name in rows[0] if name != key},
        where=table.c.sequence < statement.excluded.sequence,
    )
    return set(await session.scalars(statement.returning(table.c[key]), rows))


async def ping(session: AsyncSession) -> None:
    """Raise what the database raises when it is away; a ReadOnlySQLTransactionError where it takes no writes."""
    if await session.scalar(text("SELECT current_setting('transaction_read_only')")) == "on":
        raise asyncpg.ReadOnlySQLTransactionError("The database takes no writes.")


async def hold(session: AsyncSession, *names: str) -> None:
    """Until the commit, one transaction at a time works on each of `names`; they are taken in one order.

    Two halves that arrive at once would otherwise each miss the other one, not committed yet, and wait for ever.
    """
    await session.execute(_HOLD, {"names": sorted(set(names))})


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name")
