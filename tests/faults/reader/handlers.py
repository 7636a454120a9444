"""What the reader hears: entries leave an effect and may arm, cancel or poison; tallies are copied."""

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from shared import deadlines
from shared.contracts import Contradiction
from shared.db import store_state
from shared.messaging.batches import Told
from shared.messaging.broker import Clock, Handlers, Heard, Session
from tests.faults.contracts.writer import EntryWritten, TallyChanged
from tests.faults.reader.tables import AlarmRow, EffectRow, TallyCopy, TallyStep
from tests.faults.service import note_effect, note_effects

events = Handlers("reader")

RING = "ring"
IS_BAD = bool(os.environ.get("FAULTS_BAD_RELEASE"))
AFTER = timedelta(seconds=float(os.environ.get("FAULTS_ALARM_SECONDS", "0.5")))


async def on_entry_written(event: EntryWritten, heard: Heard, session: Session, clock: Clock) -> None:
    """Do what the entry's mark says."""
    if IS_BAD:
        raise TypeError("This release is bad.")
    if event.mark == "arms" and await _set_alarm(session, event.entry, "armed"):
        await deadlines.arm(session, RING, str(event.entry), clock.now() + AFTER)
    if event.mark.startswith("cancels") and event.target:
        await _set_alarm(session, event.target, "cancelled")
        await deadlines.cancel(session, RING, str(event.target))
    await note_effect(session, EffectRow, "reader.entry-written-v1", event.entry, heard)
    await _suffer(event)


async def on_entries_written(told: Sequence[Told[EntryWritten]], session: Session, clock: Clock) -> None:
    """The same for many at once; good ones in one statement."""
    good = [each for each in told if each.event.mark == "good"]
    if good:
        pairs = [(each.event.entry, each.heard) for each in good]
        await note_effects(session, EffectRow, "reader.entry-written-v1", pairs)
    for each in told:
        if each.event.mark != "good":
            await on_entry_written(each.event, each.heard, session, clock)


IS_BATCHED = bool(os.environ.get("FAULTS_BATCHED"))
events.subscriber(EntryWritten, batched=IS_BATCHED)(on_entries_written if IS_BATCHED else on_entry_written)


async def _set_alarm(session: Session, entry: UUID, state: str) -> bool:
    """Arm where nothing was heard of it, cancel what did not ring."""
    statement = upsert(AlarmRow).values(entry=entry, state=state)
    if state == "armed":
        statement = statement.on_conflict_do_nothing()
    else:
        statement = statement.on_conflict_do_update(
            index_elements=["entry"], set_={"state": state}, where=AlarmRow.state == "armed"
        )
    return await session.scalar(statement.returning(AlarmRow.entry)) is not None


async def _suffer(event: EntryWritten) -> None:
    match event.mark:
        case "raises" | "cancels-then-raises":
            raise RuntimeError("This entry is poison.")
        case "contradicts":
            raise Contradiction("This entry contradicts.")
        case "hangs":
            await asyncio.sleep(3600)
        case "kills":
            os.kill(os.getpid(), signal.SIGKILL)


@events.subscriber(TallyChanged)
async def on_tally_changed(event: TallyChanged, heard: Heard, session: Session) -> None:
    """Copy the tally where this is news."""
    values = {"tally": event.tally, "value": event.value}
    if await store_state(session, TallyCopy, "tally", heard.sequence, values):
        await session.execute(insert(TallyStep).values(tally=event.tally, sequence=heard.sequence))
    await note_effect(session, EffectRow, "reader.tally-changed-v1", f"{event.tally}/{event.value}", heard)
