"""What the writer hears: the bells that its entries caused."""

from shared.messaging.broker import Handlers, Heard, Session
from tests.faults.contracts.reader import BellRung
from tests.faults.service import note_effect
from tests.faults.writer.tables import EffectRow

events = Handlers("writer")


@events.subscriber(BellRung)
async def on_bell_rung(event: BellRung, heard: Heard, session: Session) -> None:
    """Note that it rang."""
    await note_effect(session, EffectRow, "writer.bell-rung-v1", event.entry, heard)
