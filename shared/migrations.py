"""Migrations of a service's database: one alembic history per service, the platform's tables included."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Literal

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared import copies, deadletters, deadlines, idempotency, inbox, merging
from shared.messaging import attempts
from shared.outbox import tables as outbox_tables
from shared.schema import create_platform_tables

State = Literal["current", "behind", "newer"]

__all__ = ["PLATFORM_TABLES", "create_platform_tables", "run_migrations", "state", "upgrade"]

PLATFORM_TABLES = (
    outbox_tables.outbox, outbox_tables.outbox_refused, outbox_tables.event_sequence, outbox_tables.event_epoch,
    outbox_tables.ledger_sent, inbox.inbox, deadletters.dead_letter, deadlines.deadline, idempotency.idempotency,
    attempts.delivery_attempt, copies.resent, merging.merged_person,
)  # fmt: skip


def upgrade(service: str, database_url: str) -> None:
    """Bring a service's database to the newest schema. Call it where no event loop runs."""
    config = _config(service)
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")


async def state(service: str, engine: AsyncEngine) -> State:
    """Whether the database's schema is this code's, an older one, or a newer one that this code does not know."""
    script = ScriptDirectory.from_config(_config(service))
    async with engine.connect() as connection:
        at = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    if at == script.get_current_head():
        return "current"
    known = {revision.revision for revision in script.walk_revisions()}
    return "behind" if at is None or at in known else "newer"


def run_migrations(metadata: Sequence[MetaData]) -> None:
    """What each service's migrations/env.py calls; the address comes from `upgrade`."""
    url = context.config.attributes["database_url"]
    with ThreadPoolExecutor(1) as thread:  # alembic is synchronous; a loop may run in the caller's thread
        thread.submit(asyncio.run, _run(url, metadata)).result()


async def _run(url: str, metadata: Sequence[MetaData]) -> None:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        await connection.run_sync(_run_sync, metadata)
        await connection.commit()
    await engine.dispose()


def _run_sync(connection: Connection, metadata: Sequence[MetaData]) -> None:
    context.configure(connection=connection, target_metadata=list(metadata))
    with context.begin_transaction():
        context.run_migrations()


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(str(files(f"services.{service}"))) / "migrations"))
    return config
