"""The event door: pairs from matching, clearances from screening, reply limits and consents from intake."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from services.messaging import clocks, merging, queries
from services.messaging.domain.replies import Limits
from services.messaging.tables import (
    AgreementRow,
    ClearanceRow,
    ConductCaseRow,
    ConsentRow,
    ConversationRow,
    DebtRow,
    MemberRow,
    ReplyLimitRow,
)
from shared.contracts.intake import (
    NEEDED_CONSENTS,
    AgreementSigned,
    ConsentGiven,
    ConsentWithdrawn,
    IntakeResent,
    OfferingChanged,
    PersonMerged,
)
from shared.contracts.matching import MatchingResent, PairClosed, PairMatched
from shared.contracts.screening import (
    CaseClosed,
    CaseOpened,
    ClearanceEnded,
    ClearanceExpiring,
    ScreeningCleared,
    ScreeningDeclined,
    ScreeningResent,
)
from shared.copies import note_resent
from shared.db import store_state, store_states
from shared.messaging.batches import Told
from shared.messaging.broker import Clock, Handlers, Heard, Session
from shared.outbox import emit

events = Handlers("messaging")
events.copies_of(
    PairMatched, PairClosed, row=ConversationRow, key="pair",
    orphan="Matching knows this pair no more: nominate the two again, or close the matter with them by hand.",
)  # fmt: skip
events.copies_of(
    ScreeningCleared, ScreeningDeclined, ClearanceExpiring, ClearanceEnded, row=ClearanceRow, key="clearance",
    orphan="Nobody screens this clearance any more: screen the person again, and close their pairs meanwhile.",
)  # fmt: skip
events.copies_of(
    CaseOpened, CaseClosed, row=ConductCaseRow, key="case",
    orphan="Screening knows this conduct case no more: whom it froze stays so until it is opened again or dropped.",
)  # fmt: skip
events.copies_of(
    OfferingChanged, row=ReplyLimitRow, key="offering",
    orphan="Put the offering again (`rapport network apply`); its reply limits go on meanwhile.",
)  # fmt: skip
events.copies_of(
    AgreementSigned, row=AgreementRow, key="agreement",
    orphan="Ask the person to sign again; until then their pairs go on by this signature.",
)  # fmt: skip
events.copies_of(
    ConsentGiven, ConsentWithdrawn, row=ConsentRow, key="consent",
    orphan="Intake knows this consent no more: ask the person anew; until then they write as it was last told.",
)  # fmt: skip


@events.subscriber(PairMatched)
async def on_pair_matched(event: PairMatched, heard: Heard, session: Session) -> None:
    """Open the pair's conversation."""
    await _store_pair(session, event, heard.sequence, {"state": "open", "closed_on": None})


@events.subscriber(PairClosed)
async def on_pair_closed(event: PairClosed, heard: Heard, session: Session, clock: Clock) -> None:
    """Make the conversation read-only; nobody owes an answer in it any more."""
    if not await _store_pair(session, event, heard.sequence, {"state": "closed", "closed_on": event.closed_on}):
        return
    await clocks.hold_people(session, [member.person for member in event.members])
    conversation = await session.get_one(ConversationRow, event.pair)
    debts = await queries.open_debts(session, DebtRow.pair == event.pair)
    await emit(session, *await clocks.settle(session, conversation, debts, "closed", clock.now()), at=clock.now())


async def _store_pair(
    session: Session, event: PairMatched | PairClosed, sequence: str, state: dict[str, object]
) -> bool:
    """Keep what matching last said of a pair, members included. False when something newer was heard before."""
    told = event.model_dump(include={"pair", "offering", "site", "other_site"})
    people: dict[UUID, str] = {}
    for member in event.members:
        people[member.person] = min(member.role, people.get(member.person, member.role))
    if len(people) < len(event.members):  # two records that were merged since
        state = state | {"state": "closed"}
    if not await store_state(session, ConversationRow, "pair", sequence, told | state):
        return False
    await session.execute(delete(MemberRow).where(MemberRow.pair == event.pair, MemberRow.person.not_in(people)))
    rows = insert(MemberRow).values(
        [{"pair": event.pair, "person": person, "role": role} for person, role in people.items()]
    )
    await session.execute(
        rows.on_conflict_do_update(index_elements=["pair", "person"], set_={"role": rows.excluded.role})
    )
    return True


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Know that a person may act in a role until a day."""
    await _store_clearance(session, event, heard.sequence, "cleared")


@events.subscriber(ScreeningDeclined)
async def on_screening_declined(event: ScreeningDeclined, heard: Heard, session: Session) -> None:
    """Know that a person will not act in a role."""
    await _store_clearance(session, event, heard.sequence, "declined")


@events.subscriber(ClearanceExpiring)
async def on_clearance_expiring(event: ClearanceExpiring, heard: Heard, session: Session) -> None:
    """Know that a clearance still stands, and until when."""
    await _store_clearance(session, event, heard.sequence, "cleared")


@events.subscriber(ClearanceEnded)
async def on_clearance_ended(event: ClearanceEnded, heard: Heard, session: Session) -> None:
    """Know that a clearance stands no longer; from now on both sides of the pair cannot write (trap 7)."""
    await _store_clearance(session, event, heard.sequence, "ended")


async def _store_clearance(
    session: Session,
    event: ScreeningCleared | ScreeningDeclined | ClearanceExpiring | ClearanceEnded,
    sequence: str,
    state: str,
) -> None:
    values = {
        "clearance": event.clearance,
        "person": event.person,
        "role": event.kind_of_role,
        "offering": event.offering,
        "site": event.site,
        "state": state,
        "valid_until": event.valid_until if isinstance(event, ScreeningCleared | ClearanceExpiring) else None,
    }
    await store_state(session, ClearanceRow, "clearance", sequence, values)


@events.subscriber(CaseOpened)
async def on_case_opened(event: CaseOpened, heard: Heard, session: Session) -> None:
    """Know who may not write while a conduct case stands, and who handles it (R57)."""
    values = event.model_dump(include={"case", "concern", "handler", "frozen"})
    await store_state(session, ConductCaseRow, "case", heard.sequence, values)


@events.subscriber(CaseClosed)
async def on_case_closed(event: CaseClosed, heard: Heard, session: Session) -> None:
    """Nobody is frozen by the case any more."""
    values = event.model_dump(include={"case", "concern", "handler"}) | {"frozen": []}
    await store_state(session, ConductCaseRow, "case", heard.sequence, values)


@events.subscriber(OfferingChanged)
async def on_offering_changed(event: OfferingChanged, heard: Heard, session: Session) -> None:
    """Keep an offering's reply limits, what has to be signed there, and when the line was stopped (R78).

    Clocks that run go on by the new limits and stops, as if they had always been known.
    """
    limits = Limits(event.mentor_reply_hours, event.mentee_reply_hours)
    await clocks.hold_offering(session, event.offering, to_change=True)
    values = {
        "offering": event.offering,
        "mentor_hours": limits.mentor_hours,
        "mentee_hours": limits.mentee_hours,
        "agreement": event.agreement and event.agreement.model_dump(mode="json"),
        "stops": [stop.model_dump(mode="json") for stop in event.stops],
    }
    if await store_state(session, ReplyLimitRow, "offering", heard.sequence, values):
        concerned = DebtRow.pair.in_(select(ConversationRow.pair).where(ConversationRow.offering == event.offering))
        await clocks.hold_people(session, {debt.debtor for debt in await queries.open_debts(session, concerned)})
        await clocks.compute_anew(session, concerned)


@events.subscriber(AgreementSigned, batched=True)
async def on_agreement_signed(told: Sequence[Told[AgreementSigned]], session: Session) -> None:
    """Know what people signed; what waited for that passes from now on (trap 8)."""
    await store_states(session, AgreementRow, "agreement", [_agreement(each) for each in told])


def _agreement(told: Told[AgreementSigned]) -> dict[str, Any]:
    event = told.event
    values = event.model_dump(include={"person", "document", "document_version", "number"})
    return {"agreement": f"{event.person}+{event.document}", "sequence": told.heard.sequence, **values}


@events.subscriber(ConsentGiven)
async def on_consent_given(event: ConsentGiven, heard: Heard, session: Session) -> None:
    """Know that somebody agrees to take part, or again; what stood still for them goes on."""
    await _store_consent(session, event, heard.sequence)


@events.subscriber(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, heard: Heard, session: Session) -> None:
    """Know that somebody agrees no longer; from now on they write to nobody and nobody to them (R27)."""
    await _store_consent(session, event, heard.sequence)


async def _store_consent(session: Session, event: ConsentGiven | ConsentWithdrawn, sequence: str) -> None:
    """Of the purposes without which nobody takes part; the others stop no messages."""
    if event.purpose not in NEEDED_CONSENTS:
        return
    values = event.model_dump(include={"consent", "person", "purpose"}) | {
        "state": "given" if isinstance(event, ConsentGiven) else "withdrawn",
        "valid_until": event.valid_until if isinstance(event, ConsentGiven) else None,
    }
    await store_state(session, ConsentRow, "consent", sequence, values)


@events.subscriber(PersonMerged)
async def on_person_merged(event: PersonMerged, session: Session, clock: Clock) -> None:
    """Let the kept person read and write where the one given up did, and owe and be owed what they were."""
    await emit(session, *await merging.merge(session, event, clock.now()), at=clock.now())


@events.subscriber(MatchingResent)
async def on_matching_resent(event: MatchingResent, heard: Heard, session: Session) -> None:
    """Know which of its state matching has told anew."""
    await note_resent(session, event, heard.sequence)


@events.subscriber(ScreeningResent)
async def on_screening_resent(event: ScreeningResent, heard: Heard, session: Session) -> None:
    """Know which of its state screening has told anew."""
    await note_resent(session, event, heard.sequence)


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)
