"""The sender that reads from intake what the law asks about people, and lets their cases ask by it."""

from datetime import UTC, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.screening import asking
from services.screening.queries import UNDECIDED, undecided_cases
from services.screening.tables import CaseRow, FactsRow
from shared.contracts.reads import READ_LIMIT, ManyScreeningFacts, ScreeningFacts
from shared.deadlines import arm
from shared.private_reads import Intake
from shared.service import Sender

READ = "/internal/screening-facts"
BIRTHDAY = "facts-until"
CHANGED: ColumnElement[bool] = or_(FactsRow.state == "stale", FactsRow.hears_anew)
TO_READ: ColumnElement[bool] = CHANGED & exists().where(
    CaseRow.person == FactsRow.person,
    or_(CaseRow.state.in_(UNDECIDED), (CaseRow.kind == "mentee") & CaseRow.state.in_(("cleared", "declined"))),
)
"""Facts are read of people whose case is undecided, and of mentees, of whom guardians may be told; of nobody else."""

Sessions = async_sessionmaker[AsyncSession]


def facts(sessions: Sessions, intake: Intake) -> Sender:
    """The sender `facts`. One step reads up to 500 people; none are lost where intake is away."""
    return Sender("facts", partial(_step, sessions, intake), waiting, READ_LIMIT)


async def waiting(session: AsyncSession) -> int:
    """Of how many people facts wait to be read."""
    return await session.scalar(select(func.count()).select_from(FactsRow).where(TO_READ)) or 0


async def _step(sessions: Sessions, intake: Intake) -> int:
    """Read one batch. Raises IntakeAway."""
    async with sessions() as session:
        rows = select(FactsRow.person, FactsRow.sequence).where(TO_READ).order_by(FactsRow.person)
        asked = {row.person: row.sequence for row in await session.execute(rows.limit(READ_LIMIT))}
    if not asked:
        return 0
    answer = await intake.read(READ, asked, ManyScreeningFacts)
    async with sessions.begin() as session:
        await store(session, asked, {each.person: each for each in answer.facts})
    return len(asked)


async def store(session: AsyncSession, asked: dict[UUID, str], found: dict[UUID, ScreeningFacts]) -> None:
    """Keep what was read and let the cases ask by it. What changed meanwhile stays stale, and is read again."""
    rows = select(FactsRow.person, FactsRow.sequence).where(CHANGED, FactsRow.person.in_(asked))
    locked = await session.execute(rows.order_by(FactsRow.person).with_for_update())
    fresh = [
        {"person": person, **_values(found.get(person))} for person, sequence in locked if sequence == asked[person]
    ]
    if not fresh:
        return
    await session.execute(update(FactsRow), fresh)
    for each in fresh:
        if each["age"] is not None or each["resident"] is not None:
            await arm(session, BIRTHDAY, str(each["person"]), datetime.combine(each["until"], time(), tzinfo=UTC))
    people = [each["person"] for each in fresh]
    await asking.ask(session, await undecided_cases(session, CaseRow.person.in_(people)))


def _values(facts: ScreeningFacts | None) -> dict[str, Any]:
    """Facts as columns; a person unknown to intake is not asked for again until something of them changes."""
    if facts is None:
        of_law: dict[str, Any] = {"age": None, "lives_in": None, "resident": None, "held": [], "until": None}
        return {"state": "absent", **of_law, "guardians": [], "enrolled_by": None, "hears_anew": False}
    as_json = facts.model_dump(mode="json", include={"age", "lives_in", "resident", "held"})
    hear = facts.model_dump(include={"guardians", "enrolled_by", "until"})
    return {"state": "read", **as_json, **hear, "hears_anew": False}
