"""The two services of the benchmarks, built of `shared` as the five are: a writer of entries and a reader of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Uuid, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bench.writer import EntryWritten
from shared.access import new_key
from shared.clock import real_now
from shared.db import create_engine
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.messaging.batches import Told
from shared.messaging.broker import Handlers, Session
from shared.migrations import create_platform_tables
from shared.outbox import emit
from shared.service import Service
from shared.settings import ServiceSettings

SITE = "net.af"

tables = MetaData()
entry = Table(
    "entry",
    tables,
    Column("entry", Uuid, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
INSERT = insert(entry)

router = APIRouter(route_class=TransactionRoute)


class NewEntry(BaseModel):
    """One entry of the latency benchmark."""

    number: int


@router.post("/entries", status_code=201)
async def write_one(new: NewEntry, session: SessionDep, clock: ClockDep) -> dict[str, UUID]:
    """Write an entry and tell of it."""
    return {"entry": await write(session, new.number)}


async def write(session: AsyncSession, number: int) -> UUID:
    """The writer's transaction: one business row and one event."""
    event = EntryWritten(entry=new_id(), number=number, site=SITE)
    await session.execute(INSERT, {"entry": event.entry, "number": number, "at": real_now()})
    await emit(session, event, at=real_now())
    return event.entry


one_by_one = Handlers("reader")
in_batches = Handlers("reader")


@one_by_one.subscriber(EntryWritten)
async def on_entry_written(event: EntryWritten, session: Session) -> None:
    """One business row in the transaction of the inbox row."""
    await session.execute(INSERT, {"entry": event.entry, "number": event.number, "at": real_now()})


@in_batches.subscriber(EntryWritten, batched=True)
async def on_entries_written(told: Sequence[Told[EntryWritten]], session: Session) -> None:
    """The business rows of all that waited."""
    at = real_now()
    rows = [{"entry": each.event.entry, "number": each.event.number, "at": at} for each in told]
    await session.execute(INSERT, rows)


class BenchService(Service):
    """A service whose tables the benchmarks make themselves."""

    async def _wait_for_schema(self) -> None:
        return None


def build(name: str, database_url: str, amqp_url: str, folder: Path, port: int = 1) -> BenchService:
    """`writer`, `reader`, or `reader-batched`."""
    keys = folder / "keys.json"
    if not keys.exists():
        keys.write_text(json.dumps(new_key()[1]))
    settings = ServiceSettings.model_validate(
        {"database_url": database_url, "amqp_url": amqp_url, "keys_file": keys, "port": port}
    )
    handlers = {"writer": Handlers("writer"), "reader": one_by_one, "reader-batched": in_batches}[name]
    routers = [router] if name == "writer" else []
    return BenchService(name.partition("-")[0], settings, routers=routers, handlers=handlers)


async def create_tables(database_url: str) -> None:
    """The platform's tables and the entries."""
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(create_platform_tables)
        await connection.run_sync(tables.create_all)
    await engine.dispose()
