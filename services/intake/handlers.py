"""The event door: clearances of staff from screening, without which their grants do not count."""

from services.intake.tables import ClearanceRow
from shared.contracts.screening import (
    ClearanceEnded,
    ClearanceExpiring,
    ScreeningCleared,
    ScreeningDeclined,
    ScreeningResent,
)
from shared.copies import note_resent
from shared.db import store_state
from shared.messaging.broker import Handlers, Heard, Session
from shared.standing import GRANTED_KINDS

events = Handlers("intake")
events.copies_of(
    ScreeningCleared, ScreeningDeclined, ClearanceExpiring, ClearanceEnded, row=ClearanceRow, key="clearance",
    orphan="Nobody screens this clearance any more: screen the person again, and take their grant from them meanwhile.",
)  # fmt: skip


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Know that somebody may work for a place until a day."""
    await _store_clearance(session, event, heard.sequence, "cleared")


@events.subscriber(ScreeningDeclined)
async def on_screening_declined(event: ScreeningDeclined, heard: Heard, session: Session) -> None:
    """Know that somebody will not work for a place."""
    await _store_clearance(session, event, heard.sequence, "declined")


@events.subscriber(ClearanceExpiring)
async def on_clearance_expiring(event: ClearanceExpiring, heard: Heard, session: Session) -> None:
    """Know that somebody may still work for a place, and until when."""
    await _store_clearance(session, event, heard.sequence, "cleared")


@events.subscriber(ClearanceEnded)
async def on_clearance_ended(event: ClearanceEnded, heard: Heard, session: Session) -> None:
    """Know that somebody works for a place no more; from now on their grant does not count."""
    await _store_clearance(session, event, heard.sequence, "ended")


@events.subscriber(ScreeningResent)
async def on_screening_resent(event: ScreeningResent, heard: Heard, session: Session) -> None:
    """Know which of its state screening has told anew."""
    await note_resent(session, event, heard.sequence)


async def _store_clearance(
    session: Session,
    event: ScreeningCleared | ScreeningDeclined | ClearanceExpiring | ClearanceEnded,
    sequence: str,
    state: str,
) -> None:
    """Of staff alone; a clearance keeps its kind of role."""
    if event.kind_of_role not in GRANTED_KINDS:
        return
    values = event.model_dump(include={"clearance", "person", "site"}) | {
        "role": event.kind_of_role,
        "state": state,
        "valid_until": event.valid_until if isinstance(event, ScreeningCleared | ClearanceExpiring) else None,
    }
    await store_state(session, ClearanceRow, "clearance", sequence, values)
