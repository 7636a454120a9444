"""The event door: each event that people should know of leaves one mail for each of them; staff count while cleared."""

from collections.abc import Sequence
from uuid import UUID

from services.notify import merging
from services.notify.domain import Kind, kind_of_clearance
from services.notify.queries import Occasion, reconsider, store_mails, supersede
from services.notify.tables import ClearanceRow
from shared.contracts import Event
from shared.contracts.intake import ApplicationSubmitted, ConstraintsChanged, PersonMerged
from shared.contracts.matching import PairClosed, PairMatched
from shared.contracts.messaging import MessageSent, ReplyOverdue, ReplySettled
from shared.contracts.screening import (
    ClearanceEnded,
    ClearanceExpiring,
    ScreeningCleared,
    ScreeningDeclined,
    ScreeningResent,
)
from shared.copies import note_resent
from shared.db import store_state
from shared.messaging.batches import Told
from shared.messaging.broker import Handlers, Heard, Session
from shared.standing import GRANTED_KINDS

events = Handlers("notify")
events.copies_of(
    ScreeningCleared, ScreeningDeclined, ClearanceExpiring, ClearanceEnded, row=ClearanceRow, key="clearance",
    orphan="Nobody screens this clearance any more: screen the person again, and take their grant from them meanwhile.",
)  # fmt: skip


@events.subscriber(ApplicationSubmitted, batched=True)
async def on_application_submitted(told: Sequence[Told[ApplicationSubmitted]], session: Session) -> None:
    """Tell each applicant that the application came."""
    occasions = [_occasion(each.event, each.heard, [each.event.person]) for each in told]
    await store_mails(session, Kind.APPLICATION_RECEIVED, *occasions)


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Tell the person that they may take part; once per clearance, however often it is told anew."""
    await _store_clearance(session, event, heard.sequence, "cleared")
    kind = kind_of_clearance(event.kind_of_role)
    await store_mails(session, kind, _occasion(event, heard, [event.person]))


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


@events.subscriber(PairMatched)
async def on_pair_matched(event: PairMatched, heard: Heard, session: Session) -> None:
    """Tell each member that they may begin to write."""
    members = [member.person for member in event.members]
    await store_mails(session, Kind.MATCHED, _occasion(event, heard, members))


@events.subscriber(PairClosed)
async def on_pair_closed(event: PairClosed, session: Session) -> None:
    """Invite nobody to a pair that is closed."""
    await supersede(session, event.subject)


@events.subscriber(MessageSent, batched=True)
async def on_message_sent(told: Sequence[Told[MessageSent]], session: Session) -> None:
    """Tell each recipient that something can be read, and neither what nor by whom (R20, R80)."""
    occasions = [_occasion(each.event, each.heard, each.event.recipients) for each in told]
    await store_mails(session, Kind.MESSAGE_WAITING, *occasions)


@events.subscriber(ReplyOverdue)
async def on_reply_overdue(event: ReplyOverdue, heard: Heard, session: Session) -> None:
    """Nudge who owes the answer, before anybody else is told (R9)."""
    await store_mails(session, Kind.REPLY_OVERDUE, _occasion(event, heard, [event.debtor]))


@events.subscriber(ReplySettled)
async def on_reply_settled(event: ReplySettled, session: Session) -> None:
    """Nudge nobody who answered meanwhile, whichever of the two was heard first."""
    await supersede(session, event.subject)


@events.subscriber(ConstraintsChanged)
async def on_constraints_changed(event: ConstraintsChanged, session: Session) -> None:
    """Look anew at what was held for a safe hour: other hours may be safe now (R19)."""
    await reconsider(session, event.person)


@events.subscriber(PersonMerged)
async def on_person_merged(event: PersonMerged, session: Session) -> None:
    """Write to the kept person what the one given up was to get."""
    await merging.merge(session, event)


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


def _occasion(event: Event, heard: Heard, people: Sequence[UUID]) -> Occasion:
    return Occasion(event.subject, people, event.sites, heard.time)
