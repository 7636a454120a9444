"""The sender that reads matching profiles from intake, for people who are cleared and whose copy is stale."""

from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.matching.queries import TO_READ, profiles_waiting
from services.matching.tables import ProfileRow
from shared.contracts.reads import READ_LIMIT, MatchingProfile, MatchingProfiles
from shared.private_reads import Intake
from shared.service import Sender

READ = "/internal/matching-profiles"

Sessions = async_sessionmaker[AsyncSession]


def profiles(sessions: Sessions, intake: Intake) -> Sender:
    """The sender `profiles`. One step reads up to 500 people; None are lost where intake is away."""
    return Sender("profiles", partial(_step, sessions, intake), profiles_waiting, READ_LIMIT)


async def _step(sessions: Sessions, intake: Intake) -> int:
    """Read one batch. Raises IntakeAway."""
    async with sessions() as session:
        rows = select(ProfileRow.person, ProfileRow.sequence).where(TO_READ).order_by(ProfileRow.person)
        asked = {row.person: row.sequence for row in await session.execute(rows.limit(READ_LIMIT))}
    if not asked:
        return 0
    answer = await intake.read(READ, asked, MatchingProfiles)
    found = {profile.person: profile for profile in answer.profiles}
    async with sessions.begin() as session:
        await _store(session, asked, found)
    return len(asked)


async def _store(session: AsyncSession, asked: dict[UUID, str], found: dict[UUID, MatchingProfile]) -> None:
    """Keep what was read. A profile that changed meanwhile stays stale, and is read again."""
    rows = select(ProfileRow.person, ProfileRow.sequence).where(TO_READ, ProfileRow.person.in_(asked))
    locked = await session.execute(rows.order_by(ProfileRow.person).with_for_update(of=ProfileRow))
    fresh = [
        {"person": person, **_values(found.get(person))} for person, sequence in locked if sequence == asked[person]
    ]
    if fresh:
        await session.execute(update(ProfileRow), fresh)


def _values(profile: MatchingProfile | None) -> dict[str, Any]:
    """A profile as columns; a person unknown to intake is not asked for again until their profile changes."""
    if profile is None:
        return {
            "state": "absent", "languages": None, "skills": None, "goals": None, "weekly_hours": None,
            "free_hours": None, "style": None,
        }  # fmt: skip
    told = profile.model_dump(include={"languages", "skills", "goals", "weekly_hours", "free_hours"})
    style = profile.style.model_dump(exclude_none=True) if profile.style else None
    return {"state": "read", **told, "style": style}
