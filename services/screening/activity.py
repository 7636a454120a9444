"""Activity as rows: counted from messages, and what it asks of the cases of those who wrote."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions
from services.screening.domain.activity import (
    KEPT,
    LIMIT,
    TIME_AHEAD,
    Activity,
    activity_in,
    added_by,
)
from services.screening.domain.facts import Facts, Step
from services.screening.queries import as_results, results_of
from services.screening.steps import add_step
from services.screening.tables import CaseRow, ContactDayRow
from shared.contracts import RoleKind
from shared.contracts.messaging import MessageSent
from shared.db import hold
from shared.deadlines import arm, cancel
from shared.law import law

PRUNING = "contact-pruning"
HOURS_PER_MESSAGE = "hours_per_message"
"""The key in a session's `info`: how many hours a message stands for until hours are logged."""

Key = tuple[UUID, str, date]


async def count(session: AsyncSession, events: Iterable[MessageSent]) -> Collection[UUID]:
    """Add messages to the days of who wrote them; returns the people. No law limits those who are mentored."""
    counted = Counter(
        (e.sender, e.sender_role.value, e.sent_at.date()) for e in events if e.sender_role != RoleKind.MENTEE
    )
    people = {person for person, _, _ in counted}
    if not people:
        return ()
    await hold(session, *(f"activity/{person}" for person in people))
    added = await _add(session, counted)
    if new := {person for person, known in added if not known}:
        await _keep_for_a_while(session, new)
    return people


async def _add(session: AsyncSession, counted: Counter[Key]) -> list[tuple[UUID, bool]]:
    rows = insert(ContactDayRow).values(
        [{"person": person, "kind": kind, "day": day, "messages": number}
         for (person, kind, day), number in sorted(counted.items())]
    )  # fmt: skip
    more = ContactDayRow.messages + rows.excluded.messages
    upsert = rows.on_conflict_do_update(index_elements=["person", "kind", "day"], set_={"messages": more})
    found = await session.execute(upsert.returning(ContactDayRow.person, text("xmax <> 0")))
    return [(person, known) for person, known in found]


async def _keep_for_a_while(session: AsyncSession, people: Collection[UUID]) -> None:
    """Let days go that are too old, now or when their time comes."""
    mine = ContactDayRow.person.in_(people)
    newest = select(ContactDayRow.person, func.max(ContactDayRow.day)).where(mine).group_by(ContactDayRow.person)
    for person, day in (await session.execute(newest.order_by(ContactDayRow.person))).all():
        await session.execute(
            delete(ContactDayRow).where(ContactDayRow.person == person, ContactDayRow.day < day - KEPT)
        )
        await arm(session, PRUNING, str(person), decisions.beginning_of(day + KEPT))


async def move(session: AsyncSession, given_up: UUID, person: UUID) -> None:
    """Count what somebody wrote under a record that was given up with what they wrote under the one kept."""
    rows = delete(ContactDayRow).where(ContactDayRow.person == given_up)
    found = rows.returning(ContactDayRow.kind, ContactDayRow.day, ContactDayRow.messages)
    days = Counter({(person, kind, day): messages for kind, day, messages in await session.execute(found)})
    await cancel(session, PRUNING, str(given_up))
    if days:
        await _add(session, days)
        await _keep_for_a_while(session, [person])


async def prune(session: AsyncSession, person: UUID) -> None:
    """Somebody has not written for as long as days are kept."""
    await session.execute(delete(ContactDayRow).where(ContactDayRow.person == person))


async def activity_of(session: AsyncSession, cases: Collection[CaseRow]) -> dict[UUID, Activity]:
    """How active the person of each case is in its kind of role."""
    people = {case.person for case in cases}
    messages: dict[tuple[UUID, str], dict[date, int]] = {}
    for row in await session.scalars(select(ContactDayRow).where(ContactDayRow.person.in_(people))):
        messages.setdefault((row.person, row.kind), {})[row.day] = row.messages
    hours = session.info[HOURS_PER_MESSAGE]
    return {case.clearance: activity_in(messages.get((case.person, case.kind), {}), hours) for case in cases}


async def review(session: AsyncSession, case: CaseRow, facts: Facts, activity: Activity, at: datetime) -> None:
    """Ask a cleared person ahead for what a limit will ask; end the clearance where it was crossed without that.

    The case is locked; `facts` are without activity.
    """
    results = as_results(await results_of(session, case.clearance))
    passed = {check for check, result in results.items() if result.stands(at.date())}
    if any(step.check not in passed for step in added_by(facts, law(), activity)):
        await decisions.end_at_limit(session, case, LIMIT, at)
        return
    ahead = [step for step in added_by(facts, law(), activity.ahead()) if step.check not in passed]
    await _ask_ahead(session, case, ahead, at)


async def _ask_ahead(session: AsyncSession, case: CaseRow, steps: Iterable[Step], at: datetime) -> None:
    asked = {each["check"] for each in case.asked_ahead}
    for step in steps:
        if step.check not in asked:
            due = at.date() + TIME_AHEAD
            case.asked_ahead = [*case.asked_ahead, _document(step, due)]
            await add_step(session, case, step.check, step.performer, due, at)


def _document(step: Step, due: date) -> dict[str, Any]:
    return {"check": step.check, "due_on": due.isoformat(), "why": step.why[0].why, "of": step.why[0].of}
