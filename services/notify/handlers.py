"""The event door: each event that people should know of leaves one mail for each of them."""

from services.notify.domain import Kind, kind_of_clearance
from services.notify.queries import store_mails, supersede
from shared.contracts.intake import ApplicationSubmitted
from shared.contracts.matching import PairClosed, PairMatched
from shared.contracts.messaging import MessageSent, ReplyOverdue, ReplySettled
from shared.contracts.screening import ScreeningCleared
from shared.messaging.broker import Handlers, Heard, Session

events = Handlers("notify")


@events.subscriber(ApplicationSubmitted)
async def on_application_submitted(event: ApplicationSubmitted, heard: Heard, session: Session) -> None:
    """Tell the applicant that the application came."""
    await store_mails(session, event.subject, Kind.APPLICATION_RECEIVED, [event.person], event.sites, heard.time)


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Tell the person that they may take part; once per clearance, however often it is told anew."""
    kind = kind_of_clearance(event.kind_of_role)
    await store_mails(session, event.subject, kind, [event.person], event.sites, heard.time)


@events.subscriber(PairMatched)
async def on_pair_matched(event: PairMatched, heard: Heard, session: Session) -> None:
    """Tell each member that they may begin to write."""
    members = [member.person for member in event.members]
    await store_mails(session, event.subject, Kind.MATCHED, members, event.sites, heard.time)


@events.subscriber(PairClosed)
async def on_pair_closed(event: PairClosed, session: Session) -> None:
    """Invite nobody to a pair that is closed."""
    await supersede(session, event.subject)


@events.subscriber(MessageSent)
async def on_message_sent(event: MessageSent, heard: Heard, session: Session) -> None:
    """Tell each recipient that something can be read, and neither what nor by whom (R20, R80)."""
    await store_mails(session, event.subject, Kind.MESSAGE_WAITING, event.recipients, event.sites, heard.time)


@events.subscriber(ReplyOverdue)
async def on_reply_overdue(event: ReplyOverdue, heard: Heard, session: Session) -> None:
    """Nudge who owes the answer, before anybody else is told (R9)."""
    await store_mails(session, event.subject, Kind.REPLY_OVERDUE, [event.debtor], event.sites, heard.time)


@events.subscriber(ReplySettled)
async def on_reply_settled(event: ReplySettled, session: Session) -> None:
    """Nudge nobody who answered meanwhile, whichever of the two was heard first."""
    await supersede(session, event.subject)
