"""The writer's door: entries come in, and are told of in the same transaction."""

import asyncio
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from tests.faults.contracts.writer import EntryWritten, Mark, TallyChanged
from tests.faults.writer.tables import EntryRow, TallyRow

router = APIRouter(route_class=TransactionRoute)

SITE = "net.af.kabul"


class NewEntry(BaseModel):
    """One entry, numbered by who sends it."""

    entry: UUID
    number: int
    tally: int
    mark: Mark = "good"
    target: UUID | None = None


class NewEntries(BaseModel):
    """Entries of one transaction, which rests before its commit for as long as it is told to."""

    entries: list[NewEntry]
    rest_seconds: float = 0


@router.post("/entries", status_code=201)
async def write(new: NewEntries, session: SessionDep, clock: ClockDep) -> dict[str, int]:
    """Write entries and tell of them."""
    await session.execute(insert(EntryRow), [each.model_dump() for each in new.entries])
    changes = [await _count(session, tally) for tally in sorted(each.tally for each in new.entries)]
    facts = [EntryWritten(**each.model_dump(exclude={"number"}), site=SITE) for each in new.entries]
    await emit(session, *facts, *changes, at=clock.now())
    await asyncio.sleep(new.rest_seconds)
    return {"written": len(facts)}


async def _count(session: SessionDep, tally: int) -> TallyChanged:
    statement = upsert(TallyRow).values(tally=tally, value=1)
    statement = statement.on_conflict_do_update(index_elements=["tally"], set_={"value": TallyRow.value + 1})
    value = await session.scalar(statement.returning(TallyRow.value))
    return TallyChanged(tally=tally, value=value or 0, site=SITE)
