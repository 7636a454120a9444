"""Who may see and do what with conduct cases: one filter for every route, list and count.

Nobody named in a case sees it, nor a member of its pair, nor whoever has a declared tie to one of these, nor those
who work for the same place as a named member of staff or below it. For all of them it does not exist.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, exists, false, func, or_, select
from sqlalchemy import cast as cast_to
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.screening.domain.conduct import STAFF_KINDS, answers_from, barred, check_open
from services.screening.tables import CaseRow, ConductCaseRow, NamedRow, TieRow
from services.screening.visibility import SCREENERS
from shared.access import EVERYWHERE, Caller, above, within
from shared.db import hold
from shared.problems import Forbidden, NotFound

HELD = ("cleared", "ended")
"""The states of a screening in which somebody worked, or works, for a place."""

Site = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def visible(caller: Caller) -> ColumnElement[bool]:
    """SQL: the conduct cases that the caller may see; none for a client that is no person."""
    person = caller.person
    if person is None:
        return false()
    sites: tuple[Site, ...] = (ConductCaseRow.site, ConductCaseRow.other_site)
    answers = [_answers(grant, site) for grant in caller.sites(*SCREENERS) for site in sites]
    return and_(or_(false(), *answers), ~_concerns(person))


def _answers(grant: str, site: Site) -> ColumnElement[bool]:
    """SQL: a grant at this place answers for a case of `site`, as `answers_from` says."""
    covered = and_(site.is_not(None), within(cast("ColumnElement[str]", site), [grant]))
    if grant == EVERYWHERE or "." not in grant:
        return covered
    colleagues = exists().where(
        NamedRow.case == ConductCaseRow.case,
        CaseRow.person == NamedRow.person,
        CaseRow.kind.in_(STAFF_KINDS),
        CaseRow.state.in_(HELD),
        or_(CaseRow.site == site, func.starts_with(site, CaseRow.site + ".")),
        func.length(CaseRow.site) <= len(grant),
    )
    above = or_(~ConductCaseRow.about_staff, func.length(site) > len(grant))
    return and_(covered, above, ~colleagues)


def _concerns(person: UUID) -> ColumnElement[bool]:
    """SQL: the case names this person, is of their pair, or concerns somebody to whom they have a tie."""
    # Two selects deep: left to itself it would mean whoever is named in any case, and shut out all with one tie.
    named = select(NamedRow.person).where(NamedRow.case == ConductCaseRow.case).correlate(ConductCaseRow)
    member: Any = ConductCaseRow.members

    def concerned(column: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
        counts = TieRow.declared_by != cast_to(column, Text)  # or they would shut out all who could judge
        return and_(counts, or_(column.in_(named), column == func.any(member)))

    tied = exists().where(
        or_(
            and_(TieRow.person == person, concerned(TieRow.other)),
            and_(TieRow.other == person, concerned(TieRow.person)),
        )
    )
    return or_(
        exists().where(NamedRow.case == ConductCaseRow.case, NamedRow.person == person), member.contains([person]), tied
    )


async def conduct_case_for(session: AsyncSession, caller: Caller, case: UUID) -> ConductCaseRow:
    """A conduct case that the caller may see. Raises NotFound, with the same words for one that there is not."""
    found: ConductCaseRow | None = await session.scalar(
        select(ConductCaseRow).where(ConductCaseRow.case == case, visible(caller))
    )
    if found is None:
        raise NotFound("There is no such conduct case, or none that you may see.")
    return found


async def conduct_case_to_work_on(session: AsyncSession, caller: Caller, case: UUID) -> ConductCaseRow:
    """An open conduct case that the caller may see; nobody else changes it or the law of its places until the commit.

    Raises NotFound for a stranger, Contradiction where it is closed.
    """
    row = await conduct_case_for(session, caller, case)
    for site in sorted({each for own in sites_of(row) for each in above(own)}):
        await hold(session, f"site/{site}")
    await session.refresh(row, with_for_update=True)
    row = await conduct_case_for(session, caller, case)  # somebody may have been named meanwhile
    check_open(row.state)
    return row


async def free_case(session: AsyncSession, case: UUID) -> ConductCaseRow | None:
    """A conduct case for a deadline that fires; None while somebody works on it.

    They may wait for the deadline's row, so this must not wait for theirs: the deadline is armed again instead.
    """
    return await session.get(ConductCaseRow, case, with_for_update={"skip_locked": True}, populate_existing=True)


def acting_person(caller: Caller) -> UUID:
    """The person who acts. Raises Forbidden for a client that is no person: a decision has a name."""
    if caller.person is None:
        raise Forbidden("This is done by a person, with a token of their own.")
    return caller.person


def sites_of(row: ConductCaseRow) -> list[str]:
    """The one or two places of a conduct case."""
    return [row.site, row.other_site] if row.other_site else [row.site]


async def named_in(session: AsyncSession, case: UUID) -> list[UUID]:
    """Whom a conduct case is about."""
    rows = select(NamedRow.person).where(NamedRow.case == case).order_by(NamedRow.person)
    return list(await session.scalars(rows))


async def barred_from(session: AsyncSession, row: ConductCaseRow) -> set[UUID]:
    """Who has nothing to do with a conduct case: those of whom `visible` would say so by their person alone."""
    concerned = {*await named_in(session, row.case), *row.members}
    ties = select(TieRow).where(or_(TieRow.person.in_(concerned), TieRow.other.in_(concerned)))
    found = [(tie.person, tie.other, tie.declared_by) for tie in await session.scalars(ties)]
    return barred(concerned, found)


async def places_that_answer(session: AsyncSession, row: ConductCaseRow) -> list[str]:
    """For each place of a case the one at or above which somebody answers for it."""
    staff = select(CaseRow.site).where(
        CaseRow.person.in_(await named_in(session, row.case)),
        CaseRow.kind.in_(STAFF_KINDS),
        CaseRow.state.in_(HELD),
    )
    places = list(await session.scalars(staff))
    return list(dict.fromkeys(answers_from(site, places, about_staff=row.about_staff) for site in sites_of(row)))
