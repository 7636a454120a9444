"""The event door: each event that people should know of leaves one mail for each of them."""

from collections.abc import Sequence
from uuid import UUID

from services.notify import merging
from services.notify.domain import Kind, kind_of_clearance
from services.notify.queries import Occasion, reconsider, store_mails, supersede
from shared.contracts import Event
from shared.contracts.intake import ApplicationSubmitted, ConstraintsChanged, PersonMerged
from shared.contracts.matching import PairClosed, PairMatched
from shared.contracts.messaging import MessageSent, ReplyOverdue, ReplySettled
from shared.contracts.screening import ScreeningCleared
from shared.messaging.batches import Told
from shared.messaging.broker import Handlers, Heard, Session

events = Handlers("notify")


@events.subscriber(ApplicationSubmitted, batched=True)
async def on_application_submitted(told: Sequence[Told[ApplicationSubmitted]], session: Session) -> None:
    """Tell each applicant that the application came."""
    occasions = [_occasion(each.event, each.heard, [each.event.person]) for each in told]
    await store_mails(session, Kind.APPLICATION_RECEIVED, *occasions)


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Tell the person that they may take part; once per clearance, however often it is told anew."""
    kind = kind_of_clearance(event.kind_of_role)
    await store_mails(session, kind, _occasion(event, heard, [event.person]))


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


def _occasion(event: Event, heard: Heard, people: Sequence[UUID]) -> Occasion:
    return Occasion(event.subject, people, event.sites, heard.time)
