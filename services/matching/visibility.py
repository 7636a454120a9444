"""Who may see and do what: coordinators and administrators at an offering's site, members their own pair."""

from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.pairing import check_not_stopped
from services.matching.tables import OfferingRow, PairRow, RunRow
from shared.access import Caller, Role, within
from shared.problems import NotFound

STAFF: tuple[Role, ...] = ("administrator", "coordinator")


async def offering_for(session: AsyncSession, caller: Caller, offering: str) -> OfferingRow:
    """An offering at which the caller pairs people. Raises NotFound, with the same words for a stranger."""
    row = await session.get(OfferingRow, offering)
    if row is None or not caller.covers(*STAFF, site=row.site):
        raise NotFound("There is no such offering, or you do not coordinate its site.")
    return row


async def offering_to_pair(session: AsyncSession, caller: Caller, offering: str) -> OfferingRow:
    """The same, to pair people now. Raises Contradiction where the line stands still (R78)."""
    row = await offering_for(session, caller, offering)
    check_not_stopped(row.is_stopped)
    return row


async def run_for(session: AsyncSession, caller: Caller, run: UUID) -> RunRow:
    """A run of an offering at which the caller pairs people. Raises NotFound."""
    row = await session.get(RunRow, run)
    if row is None or not caller.covers(*STAFF, site=row.site):
        raise NotFound("There is no such run, or you do not coordinate its site.")
    return row


async def pair_for(session: AsyncSession, caller: Caller, pair: UUID, *, to_close: bool = False) -> PairRow:
    """A pair that the caller may see or, with `to_close`, end: then nobody else changes it until the commit.

    Raises NotFound for everybody else, and Forbidden for who may see it only.
    """
    row = await session.get(PairRow, pair, with_for_update=to_close or None)
    if row is None or not (caller.person in (row.mentor, row.mentee) or _staffs(caller, row)):
        raise NotFound("There is no such pair, or it is not yours to see.")
    if to_close:
        caller.require(*STAFF, site=row.site)
    return row


def sees_private_notes(caller: Caller, pair: PairRow) -> bool:
    """Whether the caller may read who vouched for a pair and why it was closed: staff of its own site alone."""
    return caller.person not in (pair.mentor, pair.mentee) and caller.covers(*STAFF, site=pair.site)


def _staffs(caller: Caller, pair: PairRow) -> bool:
    return any(caller.covers(*STAFF, site=site) for site in (pair.site, pair.other_site) if site)


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """SQL: the pairs that `pair_for` would show to a caller."""
    places = caller.sites(*STAFF)
    return or_(
        PairRow.mentor == caller.person,
        PairRow.mentee == caller.person,
        within(PairRow.site, places),
        within(cast("ColumnElement[str]", PairRow.other_site), places),
    )
