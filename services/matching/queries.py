"""Selects worth a name."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching import agreements
from services.matching.domain.assignment import History, Two
from services.matching.domain.pool import Candidate, Clearance, Engagement, Knowledge, Profile, pool, spoken_language
from services.matching.tables import (
    ApplicationRow,
    ClearanceRow,
    OfferingRow,
    PairRow,
    ProfileRow,
    ProposalRow,
)
from shared.contracts import RoleKind

OPEN = PairRow.state == "open"
IS_CLEARED = select(ClearanceRow.person).where(
    ClearanceRow.person == ProfileRow.person, ClearanceRow.state == "cleared"
)
TO_READ: ColumnElement[bool] = (ProfileRow.state == "stale") & IS_CLEARED.exists()
"""Profiles are read of people who are cleared, and of nobody else."""


async def pool_of(session: AsyncSession, offering: OfferingRow, today: date) -> list[Candidate]:
    """Everybody in an offering's pool, whether or not they can be paired now."""
    clearances = await clearances_for(session, offering.offering, still_applying=True)
    people = {clearance.person for clearance in clearances}
    applied = await session.execute(
        select(ApplicationRow.person, ApplicationRow.role, ApplicationRow.site).where(
            ApplicationRow.offering == offering.offering, ApplicationRow.state == "submitted"
        )
    )
    knowledge = Knowledge(
        applied=[(person, RoleKind(role), site) for person, role, site in applied],
        clearances=clearances,
        profiles=await profiles_of(session, people),
        absent=await _absent(session, people),
        engagements=await _engagements(session, offering.offering, today),
        unsigned=(await agreements.agreed(session, offering.agreement, people)).unsigned(people),
    )
    return pool(knowledge, offering.site, today)


async def clearances_for(
    session: AsyncSession, offering: str, people: Collection[UUID] | None = None, *, still_applying: bool = False
) -> list[Clearance]:
    """What screening said for an offering, of some people or of all; `still_applying`: who withdrew is left out."""
    rows = select(ClearanceRow).where(ClearanceRow.offering == offering)
    if still_applying:
        its_own = ApplicationRow.application == ClearanceRow.application
        rows = rows.where(~exists().where(its_own, ApplicationRow.state == "withdrawn"))
    if people is not None:
        rows = rows.where(ClearanceRow.person.in_(people))
    return [
        Clearance(row.person, RoleKind(row.role), row.site, row.state, row.valid_until, row.cleared_on)
        for row in await session.scalars(rows)
    ]


async def profiles_of(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, Profile]:
    """The profiles that were read, also where a newer one waits."""
    rows = select(ProfileRow).where(ProfileRow.languages.is_not(None), ProfileRow.person.in_(people))
    return {row.person: _profile(row) for row in await session.scalars(rows)}


def _profile(row: ProfileRow) -> Profile:
    return Profile(
        languages=frozenset(map(spoken_language, row.languages or ())),
        skills=frozenset(row.skills or ()),
        goals=frozenset(row.goals or ()),
        weekly_hours=row.weekly_hours or 0.0,
        free_hours=frozenset(row.free_hours or ()),
    )


async def _absent(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    rows = select(ProfileRow.person).where(ProfileRow.state == "absent", ProfileRow.person.in_(people))
    return set(await session.scalars(rows))


async def _engagements(session: AsyncSession, offering: str, today: date) -> dict[UUID, Engagement]:
    """What everybody's hours are given to: open pairs of all offerings, and proposals pending in other ones."""
    pairs, elsewhere, mentored = Counter[UUID](), Counter[UUID](), set[UUID]()
    columns = PairRow.mentor, PairRow.mentee, PairRow.offering
    for mentor, mentee, place in await session.execute(select(*columns).where(OPEN)):
        pairs.update((mentor, mentee))
        mentored |= {mentee} if place == offering else set()
    for two in await session.execute(_pending_elsewhere(offering, today)):
        elsewhere.update(two)
    return {
        person: Engagement(pairs[person], elsewhere[person], person in mentored)
        for person in pairs.keys() | elsewhere.keys()
    }


def _pending_elsewhere(offering: str, today: date) -> Select[UUID, UUID]:
    return select(ProposalRow.mentor, ProposalRow.mentee).where(
        ProposalRow.state == "pending", ProposalRow.offering != offering, ProposalRow.expires_on >= today
    )


async def history_of(session: AsyncSession, offering: str, people: Collection[UUID], today: date) -> History:
    """Who of these people were paired ever, and who are proposed to each other in another offering."""
    elsewhere = await session.execute(_pending_elsewhere(offering, today))
    return History(
        paired=await paired_ever(session, people),
        proposed_elsewhere={frozenset((mentor, mentee)) for mentor, mentee in elsewhere},
    )


async def paired_ever(session: AsyncSession, people: Collection[UUID]) -> set[Two]:
    """Which two of these people are or were a pair, in any offering and in whatever parts."""
    rows = select(PairRow.mentor, PairRow.mentee).where(PairRow.mentor.in_(people), PairRow.mentee.in_(people))
    return {frozenset((mentor, mentee)) for mentor, mentee in await session.execute(rows)}


async def open_pairs_of(session: AsyncSession, people: Collection[UUID]) -> list[PairRow]:
    """The open pairs in which any of these people take part."""
    rows = select(PairRow).where(OPEN, or_(PairRow.mentor.in_(people), PairRow.mentee.in_(people)))
    return list(await session.scalars(rows))


async def lock_people(session: AsyncSession, people: Collection[UUID]) -> None:
    """Until the commit nobody else pairs any of these people; everybody takes them in the same order."""
    rows = select(ProfileRow.person).where(ProfileRow.person.in_(people)).order_by(ProfileRow.person)
    await session.execute(rows.with_for_update())


async def pair_between(session: AsyncSession, one: UUID, other: UUID) -> PairRow | None:
    """The pair of two people, open or closed, in whatever parts."""
    people = (one, other)
    return await session.scalar(select(PairRow).where(PairRow.mentor.in_(people), PairRow.mentee.in_(people)).limit(1))


async def profiles_waiting(session: AsyncSession) -> int:
    """How many profiles wait to be read."""
    return await session.scalar(select(func.count()).select_from(ProfileRow).where(TO_READ)) or 0


async def clearances_of_pairs(session: AsyncSession, pairs: Collection[PairRow]) -> dict[str, list[Clearance]]:
    """What screening said of the members of some pairs, by offering."""
    offerings = {pair.offering for pair in pairs}
    people = {person for pair in pairs for person in (pair.mentor, pair.mentee)}
    return {offering: await clearances_for(session, offering, people) for offering in sorted(offerings)}
