"""Coming of age as rows: a deadline for whoever is a minor, and what happens on the day (trap 10)."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.consents import settle
from services.intake.domain.consents import local_day, starts
from services.intake.domain.particulars import of_age_on
from services.intake.tables import ComingOfAgeRow, ParticularsRow, PersonRow
from shared.contracts.intake import PersonCameOfAge, ProfileChanged
from shared.deadlines import arm, cancel
from shared.outbox import emit

COMING_OF_AGE = "coming-of-age"


async def expect(
    session: AsyncSession, holder: PersonRow, before: date | None, after: date | None, now: datetime
) -> None:
    """Arm the day on which somebody comes of age, anew when their date of birth is corrected.

    Somebody who turns out to be of age already, and counted as a minor until now, comes of age at once.
    """
    today = local_day(now, holder.zone)
    was_minor = before is not None and of_age_on(before) > today
    if after is not None and (of_age_on(after) > today or was_minor):
        await arm(session, COMING_OF_AGE, str(holder.person), starts(of_age_on(after), holder.zone))
    else:
        await cancel(session, COMING_OF_AGE, str(holder.person))


async def come_of_age(session: AsyncSession, holder: PersonRow, now: datetime) -> None:
    """Tell that a person decides alone from now on; what guardians agreed to stands for the grace.

    Whoever calls this holds the person's row. In a zone that changed, the day may not have begun: it is armed anew.
    """
    particulars = await session.get(ParticularsRow, holder.person)
    born_on = particulars.born_on if particulars else None
    if born_on is None:
        return
    if of_age_on(born_on) > local_day(now, holder.zone):
        await expect(session, holder, None, born_on, now)
        return
    said = insert(ComingOfAgeRow).values(person=holder.person, told_at=now).on_conflict_do_nothing()
    if (await session.execute(said.returning(ComingOfAgeRow.person))).one_or_none() is not None:
        came = PersonCameOfAge(person=holder.person, site=holder.site)
        await emit(session, came, ProfileChanged(person=holder.person, site=holder.site), at=now)
    await settle(session, holder, now)
