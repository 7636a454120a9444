"""How intake tells its current state anew (`rapport events resend`)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain.applications import SUBMITTED
from services.intake.policies import policies_of
from services.intake.tables import (
    ApplicationRow,
    CalendarRow,
    OfferingRow,
    ParticularsRow,
    PersonRow,
    PlaceRow,
    ProfileRow,
    ProgrammeRow,
    RoleRow,
)
from shared.contracts.intake import (
    ApplicationSubmitted,
    CalendarChanged,
    IntakeResent,
    OfferingChanged,
    ProfileChanged,
    RoleChanged,
    SiteChanged,
)
from shared.outbox.resend import Batch, Current, Resends

resends = Resends("intake", IntakeResent)


@resends.family(SiteChanged)
async def places(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every place of the tree."""
    rows = list(await session.scalars(batch.locked(select(PlaceRow), PlaceRow.site, PlaceRow.site)))
    known = await queries.laws(session, [row.site for row in rows])
    return [Current(row.site, queries.site_event(row, known)) for row in rows]


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
    return [Current(row.offering, queries.offering_event(row, its_type, known)) for row, its_type in found]


@resends.family(ProfileChanged)
async def profiles(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Everybody who has a profile or particulars; whoever changes one holds the row of its person."""
    told = select(ProfileRow.person).union(select(ParticularsRow.person))
    rows = select(PersonRow).where(PersonRow.person.in_(told))
    found = await session.scalars(batch.locked(rows, PersonRow.person, PersonRow.site))
    return [Current(row.person, ProfileChanged(person=row.person, site=row.site)) for row in found]


@resends.family(ApplicationSubmitted)
async def applications(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every application that was submitted; others are not told of yet."""
    rows = select(ApplicationRow, RoleRow.kind).join(RoleRow, RoleRow.role == ApplicationRow.role)
    rows = rows.where(ApplicationRow.state == SUBMITTED)
    found = await session.execute(batch.locked(rows, ApplicationRow.application, ApplicationRow.site))
    return [Current(row.application, queries.submitted_event(row, kind), row.submitted_at) for row, kind in found]
