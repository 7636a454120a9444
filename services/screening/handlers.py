"""What screening hears: applications open cases; roles, places, policies and people say what the cases ask for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from services.screening import agreeing, agreements, asking, conduct, merging, reporting, withdrawing
from services.screening.activity import count
from services.screening.queries import (
    case_of_application,
    case_of_concern,
    cases_of_applications,
    locked_cases_of,
    undecided_cases,
)
from services.screening.tables import (
    AgreementRow,
    CaseRow,
    ConductCaseRow,
    ConsentRow,
    FactsRow,
    OfferingRow,
    PlaceRow,
    RoleRow,
)
from shared.access import above, within
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
    RoleChanged,
    SiteChanged,
)
from shared.contracts.messaging import ConcernRaised, MessageSent
from shared.copies import note_resent
from shared.db import hold, store_state, store_states
from shared.ids import new_id
from shared.messaging.batches import Told
from shared.messaging.broker import Clock, Handlers, Heard, Session

events = Handlers("screening")
events.copies_of(
    RoleChanged, row=RoleRow, key="role",
    orphan="Put the role again (`rapport network apply`); until then decide none of its cases.",
)  # fmt: skip
events.copies_of(
    SiteChanged, row=PlaceRow, key="site",
    orphan="Put the place again (`rapport network apply`); until then decide none of its cases.",
)  # fmt: skip
events.copies_of(
    OfferingChanged, row=OfferingRow, key="offering",
    orphan="Put the offering again (`rapport network apply`); until then decide none of its cases.",
)  # fmt: skip
events.copies_of(
    ProfileChanged, PersonMerged, row=FactsRow, key="person",
    orphan="Register the person and their profile again; until then decide none of their cases.",
)  # fmt: skip
events.copies_of(
    ApplicationSubmitted, ApplicationWithdrawn, row=CaseRow, key="application",
    orphan="Ask the person to apply again and screen the new application; decline or withdraw this case.",
)  # fmt: skip
events.copies_of(
    AgreementSigned, row=AgreementRow, key="agreement",
    orphan="Ask the person to sign again; until then their clearances stand by this signature.",
)  # fmt: skip
events.copies_of(
    ConsentGiven, ConsentWithdrawn, row=ConsentRow, key="consent",
    orphan="Intake knows this consent no more: ask the person anew before you decide their case.",
)  # fmt: skip


@events.subscriber(ApplicationSubmitted, batched=True)
async def on_application_submitted(told: Sequence[Told[ApplicationSubmitted]], session: Session) -> None:
    """Open cases with the checks that are asked for; a case waits where its role is not known yet."""
    await hold(session, *(name for each in told for name in asking.depends_on(each.event)))
    cases = await cases_of_applications(session, [each.event.application for each in told])
    opened = []
    for each in told:
        if case := cases.get(each.event.application):
            await _hear_again(session, case, each.heard)
        else:
            case = cases[each.event.application] = _case_of(each.event, each.heard)
            opened.append(case)
    if opened:
        session.add_all(opened)
        await asking.want_facts(session, {case.person: case.opened_at.date() for case in opened})
        await asking.ask(session, opened)


async def _hear_again(session: Session, case: CaseRow, heard: Heard) -> None:
    """The application is pursued, also one whose case was closed because it was not."""
    case.opened_at = min(case.opened_at, heard.time)
    if case.sequence < heard.sequence:
        case.sequence = heard.sequence
        for each in await locked_cases_of(session, case.application):
            await withdrawing.reopen(session, each, heard.time)


@events.subscriber(ApplicationWithdrawn)
async def on_application_withdrawn(event: ApplicationWithdrawn, heard: Heard, session: Session) -> None:
    """Close the case, also one that was not heard of yet; a clearance that stands ends (trap 7)."""
    await hold(session, *asking.depends_on(event))
    case = await case_of_application(session, event.application)
    if case is None:
        session.add(case := _case_of(event, heard))
        await asking.want_facts(session, {case.person: heard.time.date()})  # it may be pursued again
    elif case.sequence >= heard.sequence:
        return
    case.sequence = heard.sequence
    for each in await locked_cases_of(session, event.application):
        await withdrawing.close(session, each, heard.time)


def _case_of(event: ApplicationSubmitted | ApplicationWithdrawn, heard: Heard) -> CaseRow:
    """A case that asks for nothing yet."""
    return CaseRow(
        clearance=new_id(),
        application=event.application,
        person=event.person,
        role=event.role,
        kind=event.kind_of_role,
        offering=event.offering,
        site=event.site,
        state="waiting",
        risks=[],
        required=[],
        opened_at=heard.time,
        sequence=heard.sequence,
    )


@events.subscriber(RoleChanged)
async def on_role_changed(event: RoleChanged, heard: Heard, session: Session) -> None:
    """Keep the role, and let its undecided cases ask for what it asks for now; results stand."""
    await hold(session, f"role/{event.role}")
    role: dict[str, Any] = {
        "role": event.role,
        "kind": event.kind_of_role,
        "risks": sorted({*event.risks, *event.further_risks}),
        "times_a_month": event.times_a_month,
        "tier": event.tier,
    }
    if await store_state(session, RoleRow, "role", heard.sequence, role):
        await asking.ask(session, await undecided_cases(session, CaseRow.role == event.role), heard=heard.time)


@events.subscriber(SiteChanged)
async def on_site_changed(event: SiteChanged, heard: Heard, session: Session) -> None:
    """Keep whose law holds at the place, and let its undecided cases ask by it (trap 9); results stand.

    An organisation's law is one of those that hold at all places below.
    """
    await hold(session, f"site/{event.site}")
    place: dict[str, Any] = {"site": event.site, "kind": event.place, "law_of": event.subdivision or event.country}
    place["draft_accepted"] = event.draft_accepted
    if await store_state(session, PlaceRow, "site", heard.sequence, place):
        of = within(CaseRow.site, [event.site]) if event.place == "organisation" else CaseRow.site == event.site
        await asking.ask(session, await undecided_cases(session, of), heard=heard.time)
        await reporting.ask_again_at(session, event.site, below=event.place == "organisation")


@events.subscriber(OfferingChanged)
async def on_offering_changed(event: OfferingChanged, heard: Heard, session: Session) -> None:
    """Keep the policy in force at the offering, and let its undecided cases ask by it (R37); results stand.

    Keep what has to be signed there, too: who is cleared and never signs loses the clearance (R72).
    """
    await hold(session, f"offering/{event.offering}")
    policy = event.policy.model_dump(mode="json") if event.policy else None
    before = await agreements.asked_at(session, event.offering)
    known = {"programme_type": event.programme_type, "policy": policy, "is_stopped": event.is_stopped}
    offering = {"offering": event.offering, **known, **agreements.asked(event)}
    if await store_state(session, OfferingRow, "offering", heard.sequence, offering):
        # This holds all who are not cleared yet, so that nobody is cleared between this and the next line.
        await asking.ask(session, await undecided_cases(session, CaseRow.offering == event.offering), heard=heard.time)
        if event.agreement != before:
            await agreements.look_at_offering(session, event.offering)


@events.subscriber(ProfileChanged, batched=True)
async def on_profile_changed(told: Sequence[Told[ProfileChanged]], session: Session) -> None:
    """Have the facts of people read again; until then those read before serve, and nobody is cleared by them."""
    rows = [{"person": each.event.person, "state": "stale", "sequence": each.heard.sequence} for each in told]
    await store_states(session, FactsRow, "person", rows)


@events.subscriber(AgreementSigned, batched=True)
async def on_agreement_signed(told: Sequence[Told[AgreementSigned]], session: Session) -> None:
    """Know what people signed; no clearance of theirs ends for want of it."""
    await agreements.keep_signatures(session, told)


@events.subscriber(MessageSent, batched=True)
async def on_message_sent(told: Sequence[Told[MessageSent]], session: Session, clock: Clock) -> None:
    """Count who writes how often; what the law asks of the more active is asked before its limit is crossed."""
    if people := await count(session, (each.event for each in told)):
        await asking.review_activity(session, people, clock.now())


@events.subscriber(ConcernRaised)
async def on_concern_raised(event: ConcernRaised, heard: Heard, session: Session, clock: Clock) -> None:
    """Open a conduct case, once; what was written stays in messaging."""
    for site in sorted({each for own in event.sites for each in above(own)}):
        await hold(session, f"site/{site}")
    await hold(session, f"concern/{event.concern}")
    if await case_of_concern(session, event.concern):
        return
    case = ConductCaseRow(
        case=new_id(),
        concern=event.concern,
        site=event.site,
        other_site=event.sites[1] if len(event.sites) > 1 else None,
        about_staff=event.about_staff,
        members=sorted(set(event.members)),
        weight=event.weight,
        weighed_at=heard.time,
        state="open",
        frozen=[],
        opened_at=heard.time,
        told_at=heard.time,
    )
    await conduct.open_case(session, case, event.about, "messaging", clock.now())


@events.subscriber(ConsentGiven)
async def on_consent_given(event: ConsentGiven, heard: Heard, session: Session) -> None:
    """Answer the checks of a person's undecided cases that rest on consents; nobody types them."""
    await _store_consent(session, event, heard)


@events.subscriber(ConsentWithdrawn)
async def on_consent_withdrawn(event: ConsentWithdrawn, heard: Heard, session: Session) -> None:
    """Take those results back in undecided cases. A clearance stays: messaging stops what the person writes."""
    await _store_consent(session, event, heard)


async def _store_consent(session: Session, event: ConsentGiven | ConsentWithdrawn, heard: Heard) -> None:
    """Of the purposes without which nobody takes part; the others answer no check.

    A guardian may have come to those who may be told of the person.
    """
    if event.purpose not in NEEDED_CONSENTS:
        return
    values = event.model_dump(include={"consent", "person", "purpose"}) | {
        "state": "given" if isinstance(event, ConsentGiven) else "withdrawn",
        "valid_until": event.valid_until if isinstance(event, ConsentGiven) else None,
    }
    await hold(session, f"person/{event.person}")
    if await store_state(session, ConsentRow, "consent", heard.sequence, values):
        read = update(FactsRow).where(FactsRow.person == event.person, FactsRow.state == "read")
        await session.execute(read.values(hears_anew=True))
        await agreeing.answer(session, await undecided_cases(session, CaseRow.person == event.person))


@events.subscriber(PersonMerged)
async def on_person_merged(event: PersonMerged, heard: Heard, session: Session, clock: Clock) -> None:
    """Give the kept person all that is known of the one given up; no clearance stands that either would have lost."""
    await merging.merge(session, event, heard.time, clock.now())


@events.subscriber(IntakeResent)
async def on_intake_resent(event: IntakeResent, heard: Heard, session: Session) -> None:
    """Know which of its state intake has told anew."""
    await note_resent(session, event, heard.sequence)
