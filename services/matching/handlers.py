"""The event door: offerings, applications, profiles and consents from intake, clearances from screening.

Each stores its half.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.matching import merging
from services.matching.tables import AgreementRow, ApplicationRow, ClearanceRow, ConsentRow, OfferingRow, ProfileRow
from shared.contracts.intake import (
    NEEDED_CONSENTS,
    AgreementSigned,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ConsentGiven,
    ConsentWithdrawn,
    IntakeResent,
    OfferingChanged,
    PersonMerged,
    ProfileChanged,
)
from shared.contracts.screening import (
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

events = Handlers("matching")
events.copies_of(
    OfferingChanged, row=OfferingRow, key="offering",
    orphan="Put the offering again (`rapport network apply`); until then start no run of it.",
)  # fmt: skip
events.copies_of(
    ApplicationSubmitted, ApplicationWithdrawn, row=ApplicationRow, key="application",
    orphan="Ask the person to apply again; this one stays in the pool's list of those being screened.",
)  # fmt: skip
events.copies_of(
    ProfileChanged, PersonMerged, row=ProfileRow, key="person",
    orphan="Register the person and their profile again; confirm nothing that was proposed for this one.",
)  # fmt: skip
events.copies_of(
    ScreeningCleared, ScreeningDeclined, ClearanceExpiring, ClearanceEnded, row=ClearanceRow, key="clearance",
    orphan="Nobody screens this clearance any more: screen the person again; close the pairs that rest on it.",
)  # fmt: skip
events.copies_of(
    AgreementSigned, row=AgreementRow, key="agreement",
    orphan="Ask the person to sign again; until then confirm nothing that rests on this signature.",
)  # fmt: skip
events.copies_of(
    ConsentGiven, ConsentWithdrawn, row=ConsentRow, key="consent",
    orphan="Intake knows this consent no more: ask the person anew before you pair them.",
)  # fmt: skip

NOTHING_HEARD = ""
"""The sequence of a profile of which no event was heard; smaller than any."""

FORGOTTEN: dict[str, Any] = {
    "state": "stale", "languages": None, "skills": None, "goals": None, "weekly_hours": None, "free_hours": None,
    "style": None,
}  # fmt: skip


@events.subscriber(OfferingChanged)
async def on_offering_changed(event: OfferingChanged, heard: Heard, session: Session) -> None:
    """Know an offering; runs and nominations need to."""
    agreement = event.agreement and event.agreement.model_dump(mode="json")
    values: dict[str, Any] = {"offering": event.offering, "site": event.site, "agreement": agreement}
    values["is_stopped"] = event.is_stopped
    await store_state(session, OfferingRow, "offering", heard.sequence, values)


@events.subscriber(AgreementSigned, batched=True)
async def on_agreement_signed(told: Sequence[Told[AgreementSigned]], session: Session) -> None:
    """Know what people signed: nobody is matched on an old signature (R72, trap 8)."""
    await store_states(session, AgreementRow, "agreement", [_agreement(each) for each in told])


def _agreement(told: Told[AgreementSigned]) -> dict[str, Any]:
    event = told.event
    values = event.model_dump(include={"person", "document", "document_version", "number"})
    return {"agreement": f"{event.person}+{event.document}", "sequence": told.heard.sequence, **values}


@events.subscriber(ApplicationSubmitted, batched=True)
async def on_application_submitted(told: Sequence[Told[ApplicationSubmitted]], session: Session) -> None:
    """Know that people are being screened for an offering."""
    rows = [_application(each.event, "submitted") | {"sequence": each.heard.sequence} for each in told]
    await store_states(session, ApplicationRow, "application", rows)


@events.subscriber(ApplicationWithdrawn)
async def on_application_withdrawn(event: ApplicationWithdrawn, heard: Heard, session: Session) -> None:
    """Take an applicant out of the pool. Their pairs stay; they freeze when the end of the clearance is heard."""
    values = _application(event, "withdrawn")
    await store_state(session, ApplicationRow, "application", heard.sequence, values)


def _application(event: ApplicationSubmitted | ApplicationWithdrawn, state: str) -> dict[str, Any]:
    told = event.model_dump(include={"application", "person", "offering", "site"})
    return told | {"role": event.kind_of_role, "state": state}


@events.subscriber(ProfileChanged, batched=True)
async def on_profile_changed(told: Sequence[Told[ProfileChanged]], session: Session) -> None:
    """Have the profiles read again; until then the copies serve."""
    rows = [{"person": each.event.person, "state": "stale", "sequence": each.heard.sequence} for each in told]
    await store_states(session, ProfileRow, "person", rows)


@events.subscriber(ScreeningCleared)
async def on_screening_cleared(event: ScreeningCleared, heard: Heard, session: Session) -> None:
    """Take a person into the pool; their profile will be read. They wait since the day of the first clearing."""
    await _store_clearance(session, event, heard.sequence, {"state": "cleared", "valid_until": event.valid_until})
    first = func.least(ClearanceRow.cleared_on, heard.time.date())  # of a column without a value, the other
    row = update(ClearanceRow).where(ClearanceRow.clearance == event.clearance)
    await session.execute(row.values(cleared_on=first))


@events.subscriber(ScreeningDeclined)
async def on_screening_declined(event: ScreeningDeclined, heard: Heard, session: Session) -> None:
    """Take a person out of the pool."""
    await _store_clearance(session, event, heard.sequence, {"state": "declined", "valid_until": None})


@events.subscriber(ClearanceExpiring)
async def on_clearance_expiring(event: ClearanceExpiring, heard: Heard, session: Session) -> None:
    """Know that a clearance still stands, and until when."""
    await _store_clearance(session, event, heard.sequence, {"state": "cleared", "valid_until": event.valid_until})


@events.subscriber(ClearanceEnded)
async def on_clearance_ended(event: ClearanceEnded, heard: Heard, session: Session) -> None:
    """Take a person out of the pool. Their pairs stay, frozen (trap 7), until a coordinator closes them."""
    await _store_clearance(session, event, heard.sequence, {"state": "ended", "valid_until": None})


@events.subscriber(ConsentGiven)
async def on_consent_given(event: ConsentGiven, heard: Heard, session: Session) -> None:
    """Know that somebody agrees to take part, or again."""
    await _store_consent(session, event, heard.sequence)


@events.subscriber(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, heard: Heard, session: Session) -> None:
    """Pair this person with nobody until they agree again; open pairs stay, frozen."""
    await _store_consent(session, event, heard.sequence)


async def _store_consent(session: Session, event: ConsentGiven | ConsentWithdrawn, sequence: str) -> None:
    """Of the purposes without which nobody takes part; the others decide on no pair."""
    if event.purpose not in NEEDED_CONSENTS:
        return
    values = event.model_dump(include={"consent", "person", "purpose"}) | {
        "state": "given" if isinstance(event, ConsentGiven) else "withdrawn",
        "valid_until": event.valid_until if isinstance(event, ConsentGiven) else None,
    }
    await store_state(session, ConsentRow, "consent", sequence, values)


@events.subscriber(PersonMerged)
async def on_person_merged(event: PersonMerged, session: Session, clock: Clock) -> None:
    """Let the kept person go on with the pairs of the one given up, and have their profile read again."""
    await merging.merge(session, event, clock)
    if await session.scalar(select(exists().where(ClearanceRow.person == event.person))):
        await _keep_profile_of_the_cleared(session, event.person)


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)


@events.subscriber(ScreeningResent)
async def on_screening_resent(event: ScreeningResent, heard: Heard, session: Session) -> None:
    """Know which of its state screening has told anew."""
    await note_resent(session, event, heard.sequence)


async def _store_clearance(
    session: Session,
    event: ScreeningCleared | ScreeningDeclined | ClearanceExpiring | ClearanceEnded,
    sequence: str,
    state: dict[str, Any],
) -> None:
    told = event.model_dump(include={"clearance", "application", "person", "offering", "site"})
    values = told | {"role": event.kind_of_role} | state
    await store_state(session, ClearanceRow, "clearance", sequence, values)
    await _keep_profile_of_the_cleared(session, event.person)


async def _keep_profile_of_the_cleared(session: Session, person: UUID) -> None:
    """A profile row for everybody whom screening spoke of; its data only of those who are cleared somewhere."""
    wanted = insert(ProfileRow).values(person=person, state="stale", sequence=NOTHING_HEARD)
    await session.execute(wanted.on_conflict_do_nothing())
    cleared = select(ClearanceRow.person).where(ClearanceRow.person == person, ClearanceRow.state == "cleared")
    forget = update(ProfileRow).where(ProfileRow.person == person, ~cleared.exists())
    await session.execute(forget.values(**FORGOTTEN))
