"""At the same moment: messages, notices and deadlines that meet have one outcome (traps 5 and 6)."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import text

from services.messaging import clocks
from shared.deadlines import cancel
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    Factory,
    announce,
    armed,
    at,
    debts,
    paired,
    told,
    write,
)
from tests.support.eventually import eventually
from tests.support.running import Running


async def test_messages_written_at_once_make_one_debt(running: Factory) -> None:
    """Trap 6: also when they come at the same moment."""
    it = await paired(running)
    answers = await asyncio.gather(*(write(it, MENTEE, f"number {number}") for number in range(6)))
    assert sorted(answer.json()["number"] for answer in answers) == [1, 2, 3, 4, 5, 6]
    assert len(await debts(it)) == 1
    assert len(await told(it, "message.sent")) == 6


async def test_both_writing_at_once_ends_in_one_debt(running: Factory) -> None:
    """R9: whoever comes second answers the first."""
    it = await paired(running)
    await asyncio.gather(*(write(it, sender) for sender in (MENTEE, MENTOR) * 3))
    assert len([debt for debt in await debts(it) if debt.settled_at is None]) == 1
    assert len(await armed(it)) == 1


async def test_a_reply_racing_with_the_deadline_has_one_outcome(running: Factory) -> None:
    """Trap 5: either it was overdue and was told so before, or it was not and never will be."""
    it = await paired(running)
    hours = 0.0
    for _ in range(8):
        at(it, hours)
        await write(it, MENTEE)
        hours += 50
        at(it, hours)
        await asyncio.gather(it.fire(), write(it, MENTOR, answer_needed=False), announce(it, MENTOR, hours, hours + 1))
    await it.fire()
    overdue = {event["debt"] for event in await told(it, "reply.overdue")}
    settled = await told(it, "reply.settled")
    assert len(settled) == 8
    assert {event["debt"] for event in settled if event["was_overdue"]} == overdue
    assert len(await told(it, "reply.overdue")) == len(overdue)
    assert await armed(it) == []


async def test_a_notice_that_waited_for_the_deadline_leaves_it_as_told(running: Factory) -> None:
    """Trap 5: what fired while the notice was being stored stays overdue, with the time that was told."""
    it = await paired(running)
    await write(it, MENTEE)
    debt = (await debts(it))[0].debt
    at(it, 49)
    async with it.service.sessions.begin() as firing:
        await cancel(firing, clocks.OVERDUE, str(debt))
        await clocks.became_overdue(firing, debt, it.service.clock.now())
        notice = asyncio.create_task(announce(it, MENTOR, 40, 60))

        waits: Callable[[], Any] = partial(_somebody_waits, it)
        await eventually(waits)
    assert (await notice).status_code == 201
    assert await armed(it) == []
    (row,) = await debts(it)
    assert (f"{row.due_at:%d %H:%M}", row.overdue_at is not None) == ("04 08:00", True)


async def _somebody_waits(it: Running) -> bool:
    """Whether a transaction of this database waits for another one's lock."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with it.service.sessions() as session:
        return bool(await session.scalar(text(waiting)))


async def test_a_notice_and_a_message_at_once_never_miss_each_other(running: Factory) -> None:
    """R11: whichever commits first, the clock counts the absence."""
    it = await paired(running)
    for round_ in range(5):
        start = round_ * 200
        at(it, start)
        await asyncio.gather(write(it, MENTEE), announce(it, MENTOR, start + 10, start + 34), write(it, MENTEE))
        newest = (await debts(it))[-1]
        assert (newest.due_at - newest.since).total_seconds() / 3600 == 72
        await write(it, MENTOR, answer_needed=False)
