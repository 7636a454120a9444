"""Who may see and do what about a child's consents: a guardian's part is looked up in its row, it is no grant."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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


async def _guardian(session: AsyncSession, caller: Caller, holder: PersonRow, now: datetime) -> GuardianRow | None:
    row = await session.get(GuardianRow, (holder.person, caller.person)) if caller.person else None
    if row is None or not as_guardian(row).may_look:
        return None
    particulars = await session.get(ParticularsRow, holder.person)
    born_on = particulars.born_on if particulars else None
    ended = born_on is not None and of_age_on(born_on) <= local_day(now, holder.zone)
    return None if ended else row
