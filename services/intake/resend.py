"""How intake tells its current state anew (`rapport events resend`)."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import agreements, merging, queries, stops
from services.intake import consents as consent_rows
from services.intake import constraints as constraint_rows
from services.intake.domain.applications import SUBMITTED
from services.intake.policies import policies_of
from services.intake.tables import (
    ApplicationRow,
    CalendarRow,
    ComingOfAgeRow,
    ConsentRow,
    ConstraintsRow,
    HeldClearanceRow,
    MergeRow,
    OfferingRow,
    ParticularsRow,
    PersonRow,
    PlaceRow,
    ProfileRow,
    ProgrammeRow,
    RoleRow,
    SignatureRow,
)
from shared.contracts.intake import (
    AgreementSigned,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CalendarChanged,
    ConsentGiven,
    ConsentWithdrawn,
    ConstraintsChanged,
    IntakeResent,
    OfferingChanged,
    PersonCameOfAge,
    PersonMerged,
    ProfileChanged,
    RoleChanged,
    SiteChanged,
)
from shared.outbox.resend import Batch, Current, Resends

resends = Resends("intake", IntakeResent)
resends.fact(PersonCameOfAge, ComingOfAgeRow.person)
resends.fact(PersonMerged, MergeRow.given_up)

GIVEN_UP = select(MergeRow.given_up)
"""Whose proofs stay with a record of which nothing is told any more."""


@resends.family(SiteChanged)
async def places(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every place of the tree."""
    rows = list(await session.scalars(batch.locked(select(PlaceRow), PlaceRow.site, PlaceRow.site)))
    sites = [row.site for row in rows]
    known = await queries.laws(session, sites)
    accepted = await queries.drafts_accepted(session, sites, known)
    return [Current(row.site, queries.site_event(row, known, accepted)) for row in rows]


@resends.family(CalendarChanged)
async def calendars(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every place that has or had a calendar; whoever changes one holds the row of its place."""
    rows = select(PlaceRow.site).where(PlaceRow.site.in_(select(CalendarRow.site)))
    sites = list(await session.scalars(batch.locked(rows, PlaceRow.site, PlaceRow.site)))
    return [Current(event.site, event) for event in await queries.calendar_events(session, sites)]


@resends.family(RoleChanged)
async def roles(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every role of the catalogues."""
    rows = await session.scalars(batch.locked(select(RoleRow), RoleRow.role, RoleRow.site))
    return [Current(row.role, queries.role_event(row)) for row in rows]


@resends.family(OfferingChanged)
async def offerings(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every offering."""
    rows = select(OfferingRow, ProgrammeRow.type).join(ProgrammeRow, ProgrammeRow.programme == OfferingRow.programme)
    found = (await session.execute(batch.locked(rows, OfferingRow.offering, OfferingRow.site))).all()
    known = await policies_of(session, [row.site for row, _ in found])
    agreed = await agreements.in_force(session, {row.document for row, _ in found})
    stopped = await stops.stops_of(session, [row for row, _ in found])
    return [
        Current(row.offering, queries.offering_event(row, its_type, known, agreed, stopped[row.offering]))
        for row, its_type in found
    ]


@resends.family(AgreementSigned)
async def signatures(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """The newest signature of everybody who signed, by document; whoever signs holds the row of their person."""
    rows = select(PersonRow).where(PersonRow.person.in_(select(SignatureRow.person)), PersonRow.person.not_in(GIVEN_UP))
    people = {row.person: row for row in await session.scalars(batch.locked(rows, PersonRow.person, PersonRow.site))}
    signed = await agreements.signed_by(session, people)
    return [
        Current(person, agreements.signed_event(people[person], document, newest))
        for (person, document), newest in sorted(signed.items())
    ]


@resends.family(ProfileChanged)
async def profiles(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Everybody who has a profile, particulars or held clearances; whoever changes one holds the row of its person.

    Of a record that was given up there is nothing to tell but that: a reader that lost it needs to hear it again.
    """
    told = select(ProfileRow.person).union(select(ParticularsRow.person), select(HeldClearanceRow.person))
    rows = select(PersonRow, MergeRow).outerjoin(MergeRow, MergeRow.given_up == PersonRow.person)
    rows = rows.where(or_(PersonRow.person.in_(told), PersonRow.person.in_(GIVEN_UP)))
    found = (await session.execute(batch.locked(rows, PersonRow.person, PersonRow.site))).all()
    kept = select(PersonRow).where(PersonRow.person.in_({merge.person for _, merge in found if merge}))
    people = {row.person: row for row in await session.scalars(kept)}
    return [
        Current(row.person, merging.merged_event(row, people[merge.person]), merge.merged_at)
        if merge
        else Current(row.person, ProfileChanged(person=row.person, site=row.site))
        for row, merge in found
    ]


@resends.family(ApplicationSubmitted, ApplicationWithdrawn)
async def applications(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every application that was submitted, also those that are not pursued any more; others are not told of yet."""
    rows = select(ApplicationRow, RoleRow.kind).join(RoleRow, RoleRow.role == ApplicationRow.role)
    rows = rows.where(ApplicationRow.submitted_at.is_not(None))
    found = await session.execute(batch.locked(rows, ApplicationRow.application, ApplicationRow.site))
    return [
        Current(row.application, queries.submitted_event(row, kind), row.submitted_at)
        if row.state == SUBMITTED
        else Current(row.application, queries.withdrawn_event(row, kind), row.closed_at)
        for row, kind in found
    ]


@resends.family(ConsentGiven, ConsentWithdrawn)
async def consents(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every consent that was told of; whoever changes one holds the row of its person."""
    rows = select(ConsentRow, PersonRow.site, MergeRow.person)
    rows = rows.outerjoin(MergeRow, MergeRow.given_up == ConsentRow.person)
    rows = rows.join(PersonRow, PersonRow.person == func.coalesce(MergeRow.person, ConsentRow.person))
    rows = rows.where(ConsentRow.state != "waiting")
    found = await session.execute(batch.locked(rows, ConsentRow.consent, PersonRow.site))
    return [Current(row.consent, consent_rows.told(row, site, kept), row.changed_at) for row, site, kept in found]


@resends.family(ConstraintsChanged)
async def constraints(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Everybody of whom constraints were ever said; whoever changes them holds the row of their person."""
    rows = select(PersonRow).where(PersonRow.person.in_(select(ConstraintsRow.person)))
    people = {row.person: row for row in await session.scalars(batch.locked(rows, PersonRow.person, PersonRow.site))}
    found = await session.scalars(select(ConstraintsRow).where(ConstraintsRow.person.in_(people)))
    stored = {row.person: row for row in found}
    return [
        Current(person, constraint_rows.told(stored[person], holder.site), stored[person].changed_at)
        for person, holder in people.items()
    ]
