"""Who may see and do what: screeners at a case's site, the person their own case's state."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import check_decider
from services.screening.queries import locked_case
from services.screening.tables import CaseRow
from shared.access import Caller, Role, within
from shared.problems import Forbidden, NotFound

SCREENERS: tuple[Role, ...] = ("screener", "administrator")


async def case_for(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case that the caller may see. Raises NotFound, with the same words for a stranger."""
    return _visible(await session.get(CaseRow, clearance), caller)


async def case_to_screen(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case that the caller may work on; nobody else changes it until the commit.

    Raises NotFound for a stranger, Contradiction for the screener whose own case it is, Forbidden for who may see it.
    """
    row = _visible(await locked_case(session, clearance), caller)
    caller.require(*SCREENERS, site=row.site)
    check_decider(caller.person, row.person)
    return row


async def own_case(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """The case of the caller themself, in which nobody else does their part; locked until the commit.

    Raises NotFound for a stranger, Forbidden for staff who may see it.
    """
    row = _visible(await locked_case(session, clearance), caller)
    if caller.person != row.person:
        raise Forbidden("Only the person whose case this is does that.")
    return row


def visible_cases(caller: Caller) -> ColumnElement[bool]:
    """SQL: the cases that the caller may list."""
    return or_(within(CaseRow.site, caller.sites(*SCREENERS)), CaseRow.person == caller.person)


def sees_evidence(caller: Caller, row: CaseRow) -> bool:
    """Whether results and criteria are for this caller: a screener, but not about themselves."""
    return caller.person != row.person and caller.covers(*SCREENERS, site=row.site)


def _visible(row: CaseRow | None, caller: Caller) -> CaseRow:
    if row is None or not (caller.person == row.person or caller.covers(*SCREENERS, site=row.site)):
        raise NotFound("There is no such case, or none that you may see.")
    return row
