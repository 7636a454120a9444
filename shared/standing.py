"""Staff act only while they are cleared: a grant of a staff role counts where a clearance of its kind stands.

Services keep the clearances; this says what of a token counts by them.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from shared.access import Caller, Grant, Role, Wake, lies_in
from shared.clock import Clock
from shared.contracts import RoleKind

KIND_OF: dict[Role, RoleKind] = {
    "facilitator": RoleKind.FACILITATOR,
    "moderator": RoleKind.MODERATOR,
    "screener": RoleKind.SCREENER,
    "coordinator": RoleKind.COORDINATOR,
}
"""The roles whose grants wait for a clearance, each with the kind of role that somebody is cleared for."""
GRANTED_KINDS = tuple(KIND_OF.values())


@dataclass(frozen=True, slots=True)
class Clearance:
    """What screening last said of one person in one kind of role, at a place and below."""

    kind: str
    site: str
    state: str
    valid_until: date | None

    def stands(self, today: date) -> bool:
        """Whether it is in force on a day (UTC)."""
        return self.state == "cleared" and self.valid_until is not None and self.valid_until >= today


Clearances = Callable[[AsyncSession, UUID], Awaitable[Collection[Clearance]]]
"""All that a service knows of a person's clearances for staff roles: one select by an index."""


def kept_in(row: type[DeclarativeBase], *where: ColumnElement[bool], kind: str = "role") -> Clearances:
    """The clearances in a service's table, whose column `kind` names the kind of role; those alone that fit `where`."""
    table = cast("Table", row.__table__).c
    of_person = select(table[kind], table.site, table.state, table.valid_until).where(
        table.person == bindparam("person"), table[kind].in_(GRANTED_KINDS), *where
    )

    async def clearances(session: AsyncSession, person: UUID) -> Collection[Clearance]:
        return [Clearance(*found) for found in await session.execute(of_person, {"person": person})]

    return clearances


async def none_known(session: AsyncSession, person: UUID) -> Collection[Clearance]:
    """Of a service that hears of no clearances: grants of staff do not count there."""
    return ()


def wake(clearances: Clearances) -> Wake:
    """What a service asks of each request: the caller with the grants that count now."""

    async def with_what_counts(session: AsyncSession, caller: Caller, clock: Clock) -> Caller:
        if caller.person is None or not any(grant.role in KIND_OF for grant in caller.grants):
            return caller
        return cleared(caller, await clearances(session, caller.person), clock.today())

    return with_what_counts


def cleared(caller: Caller, clearances: Collection[Clearance], today: date) -> Caller:
    """The caller with the grants that count on a day; what counts for no place, or for a part of its own, is asleep."""
    standing = [clearance for clearance in clearances if clearance.stands(today)]
    counting = {grant: counts_as(grant, standing) for grant in caller.grants}
    return replace(
        caller,
        grants=tuple(dict.fromkeys(part for parts in counting.values() for part in parts)),
        asleep=tuple(grant for grant, parts in counting.items() if grant not in parts),
    )


def counts_as(grant: Grant, standing: Collection[Clearance]) -> list[Grant]:
    """What a grant amounts to beside clearances that stand: with each of its kind, the lower of the two places."""
    if grant.role not in KIND_OF:
        return [grant]
    places = (_lower(grant.site, each.site) for each in standing if each.kind == KIND_OF[grant.role])
    return [Grant(grant.role, site) for site in sorted({site for site in places if site})]


def _lower(one: str, other: str) -> str | None:
    """Of two places one of which covers the other, the covered one."""
    if lies_in(one, other):
        return one
    return other if lies_in(other, one) else None
