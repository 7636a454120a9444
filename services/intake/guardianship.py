"""Who may see and do what about a child's consents: a guardian's part is looked up in its row, it is no grant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.api.people import acts_for
from services.intake.consents import as_guardian
from services.intake.domain.consents import local_day
from services.intake.domain.particulars import of_age_on
from services.intake.merging import check_kept
from services.intake.tables import GuardianRow, ParticularsRow, PersonRow
from shared.access import Caller
from shared.problems import NotFound


@dataclass(frozen=True)
class Part:
    """What a caller is to a person: themself, one who acts for them (staff, who enrolled them), or their guardian."""

    holder: PersonRow
    is_themself: bool
    acts_for: bool
    guardian: GuardianRow | None


async def part_of(session: AsyncSession, caller: Caller, person: UUID, now: datetime, *, lock: bool = False) -> Part:
    """A caller's part. Raises NotFound for a stranger, and for a guardian who may not look or whose time is over."""
    holder = await session.get(PersonRow, person, with_for_update={"key_share": True} if lock else None)
    if holder is not None:
        helps = await acts_for(session, caller, holder)
        guardian = await _guardian(session, caller, holder, now)
        if caller.person == person or helps or guardian:
            await check_kept(session, person)
            return Part(holder, caller.person == person, helps, guardian)
    raise NotFound("There is no such person, or none that you may see.")


@dataclass(frozen=True)
class Hears:
    """Who may be told about a person beside themself, and in what part: guardians, and who enrolled them."""

    guardians: list[UUID]
    enrolled_by: UUID | None


async def who_hears(
    session: AsyncSession, people: Sequence[tuple[PersonRow, ParticularsRow | None]], now: datetime
) -> dict[UUID, Hears]:
    """Who may be told about each of some people today; nobody whose contact is to be avoided, nor of an adult."""
    rows = await session.scalars(select(GuardianRow).where(GuardianRow.person.in_([row.person for row, _ in people])))
    of: dict[UUID, dict[UUID, GuardianRow]] = {}
    for guardian in rows:
        of.setdefault(guardian.person, {})[guardian.guardian] = guardian
    return {row.person: _hears(row, particulars, of.get(row.person, {}), now) for row, particulars in people}


def _hears(
    holder: PersonRow, particulars: ParticularsRow | None, guardians: Mapping[UUID, GuardianRow], now: datetime
) -> Hears:
    born_on = particulars.born_on if particulars else None
    is_adult = born_on is not None and of_age_on(born_on) <= local_day(now, holder.zone)
    hear = [] if is_adult else sorted(each for each, row in guardians.items() if as_guardian(row).may_hear)
    by = _as_person(holder.enrolled_by)
    kept_away = by is not None and by in guardians and guardians[by].no_contact
    return Hears(hear, None if kept_away else by)


def _as_person(subject: str | None) -> UUID | None:
    try:
        return UUID(subject) if subject else None
    except ValueError:
        return None


async def _guardian(session: AsyncSession, caller: Caller, holder: PersonRow, now: datetime) -> GuardianRow | None:
    row = await session.get(GuardianRow, (holder.person, caller.person)) if caller.person else None
    if row is None or not as_guardian(row).may_look:
        return None
    particulars = await session.get(ParticularsRow, holder.person)
    born_on = particulars.born_on if particulars else None
    ended = born_on is not None and of_age_on(born_on) <= local_day(now, holder.zone)
    return None if ended else row
