"""Relationships as rows: claims that meet are confirmed, and matching hears of those that count (R1)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain import relationships as rules
from services.intake.tables import PersonRow, RelationshipRow
from shared.contracts.intake import ProfileChanged
from shared.outbox import emit

OPEN = RelationshipRow.withdrawn_at.is_(None)


def state_of(row: RelationshipRow) -> rules.State:
    """Where a claim stands."""
    return rules.state(
        is_confirmed=row.confirmed_at is not None,
        is_vouched=row.vouched_at is not None,
        is_withdrawn=row.withdrawn_at is not None,
    )


async def meet(session: AsyncSession, row: RelationshipRow, holder: PersonRow, now: datetime) -> None:
    """Confirm a new claim, and the other one's of the same, where there is one. The network's row is locked."""
    twin = await _twin(session, row, holder)
    if twin is None:
        return
    for mine, theirs in ((row, twin), (twin, row)):
        mine.other, mine.other_email, mine.confirmed_at = theirs.person, None, now
    await tell(session, (row.person, twin.person), now)


async def _twin(session: AsyncSession, row: RelationshipRow, holder: PersonRow) -> RelationshipRow | None:
    """The other one's claim: in the other part, naming this person, made by whom this person names."""
    named = PersonRow.person == row.other if row.other else PersonRow.email_key == row.other_email
    names_me = [RelationshipRow.other == holder.person]
    if holder.email_key:
        names_me.append(RelationshipRow.other_email == holder.email_key)
    rows = select(RelationshipRow).join(PersonRow, PersonRow.person == RelationshipRow.person)
    rows = rows.where(OPEN, RelationshipRow.confirmed_at.is_(None))
    of_them = and_(named, PersonRow.network == holder.network, RelationshipRow.person != holder.person)
    other_part = RelationshipRow.part == rules.OTHER_PART[row.part]
    found = rows.where(of_them, other_part, or_(*names_me)).order_by(RelationshipRow.relationship)
    return await session.scalar(found.limit(1))


async def withdraw(session: AsyncSession, row: RelationshipRow, now: datetime) -> None:
    """Take a claim back. The other one's stays a claim, which nobody confirms any more."""
    if row.withdrawn_at:
        return
    counted, other = rules.stands(state_of(row)), row.other
    row.withdrawn_at, row.other_email = now, None
    if row.confirmed_at:
        theirs = select(RelationshipRow).where(
            RelationshipRow.person == other, RelationshipRow.other == row.person, RelationshipRow.part != row.part, OPEN
        )
        for twin in await session.scalars(theirs):
            twin.confirmed_at = None
    if counted and other:
        await tell(session, (row.person, other), now)


async def tell(session: AsyncSession, people: Collection[UUID], now: datetime) -> None:
    """Have the profiles of people read anew, of those who have one; whom somebody knows is read with it."""
    await session.flush()
    cards = await queries.people_by_id(session, people)
    known = [card for card in cards.values() if await queries.has_profile(session, card.person)]
    await emit(session, *(ProfileChanged(person=card.person, site=card.site) for card in known), at=now)


async def known_to(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Whom each of some people knows: by the word of both, or of staff."""
    counts = or_(RelationshipRow.confirmed_at.is_not(None), RelationshipRow.vouched_at.is_not(None))
    named = or_(RelationshipRow.person.in_(people), RelationshipRow.other.in_(people))
    rows = await session.execute(select(RelationshipRow.person, RelationshipRow.other).where(OPEN, counts, named))
    found: dict[UUID, set[UUID]] = {}
    for one, other in rows:
        if other is not None:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return {person: sorted(known) for person, known in found.items()}
