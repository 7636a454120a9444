"""Whom an application lets in: the person and whoever enrolled them act, staff of its site look after it."""

from dataclasses import dataclass
from uuid import UUID

from services.intake.api.people import enrolled, is_kept_away
from services.intake.api.seen import STAFF
from services.intake.merging import check_kept
from services.intake.tables import ApplicationRow, PersonRow
from shared.access import Caller
from shared.http import SessionDep
from shared.problems import Forbidden, NotFound


@dataclass(frozen=True)
class Reached:
    """An application that the caller may see, and as who."""

    row: ApplicationRow
    person: PersonRow
    acts: bool
    is_staff: bool


async def reached(
    session: SessionDep, caller: Caller, application: UUID, *, acting: bool = False, staff: bool = False,
    lock: bool = True,
) -> Reached:  # fmt: skip
    """An application that the caller may see; `acting`, `staff`: as that alone, `lock`: held until the commit.

    Raises NotFound for a stranger, Forbidden for who may see it and no more.
    """
    row = await session.get(ApplicationRow, application)
    if row is None:
        raise nothing()
    person = await session.get_one(PersonRow, row.person, with_for_update={"key_share": True} if lock else None)
    acts = caller.person == row.person or enrolled(caller, person)
    found = Reached(row, person, acts, caller.covers(*STAFF, site=row.site))
    if not (acts or found.is_staff) or await is_kept_away(session, caller, row.person):
        raise nothing()
    if acting and not acts:
        raise Forbidden("This is for the person who applies, or for whoever enrolled them.")
    if staff and (not found.is_staff or caller.person == row.person):
        raise Forbidden("This is for the staff of the site, and nobody does it for themselves.")
    if lock:
        await session.refresh(row, with_for_update=True)
        await check_kept(session, person.person)  # given up while this waited
    return found


def nothing() -> NotFound:
    """The same words whatever is there."""
    return NotFound("There is no such application, or none that you may see.")
