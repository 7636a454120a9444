"""A clearance whose person never signs a new version ends 30 days after its grace (R72)."""

from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from services.screening.tables import CaseRow
from shared.contracts import Event
from shared.deadlines import deadline
from tests.service.screening.scenes import CLEAR, only_case, pass_all, post, types
from tests.service.screening.story import applies, asks, place, role, signs
from tests.support.running import Running

GRACE = date(2026, 12, 1)
LAPSES = "2027-01-01"


async def opened(running: Any) -> Running:
    """Screening with one open case."""
    it: Running = await running("screening")
    events: list[Event] = [place(), role("mentor-adult", "mentor"), applies(1, 1, "mentor-adult", "mentor")]
    for event in events:
        await it.hear(event)
    return it


async def clear(it: Running) -> None:
    """The person is cleared."""
    await pass_all(it)
    status, _ = await post(it, "decision", CLEAR)
    assert status == 200


async def armed(it: Running) -> list[str]:
    """The days on which a clearance lapses."""
    async with it.service.sessions() as session:
        rows = await session.scalars(select(deadline.c.due_at).where(deadline.c.kind == "agreement-lapse"))
        return [str(moment.date()) for moment in rows]


async def test_who_never_signs_loses_the_clearance(running: Any) -> None:
    """R72, trap 15: on that day, by a written criterion that is none of safety, and told without a reason."""
    it = await opened(running)
    await it.hear(signs(1, 1))
    await clear(it)
    await it.hear(asks())
    assert await armed(it) == [LAPSES]
    it.set_clock(datetime.fromisoformat("2026-12-31T23:59:59Z"))
    assert await it.fire() == 0
    it.set_clock(datetime.fromisoformat("2027-01-05T09:00:00Z"))
    assert await it.fire() == 1
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]
    ended = (await it.emitted())[-1].data
    assert ended["ended_on"] == LAPSES
    assert "criterion" not in ended
    case = await only_case(it)
    assert case["state"] == "ended"
    async with it.service.sessions() as session:
        row = (await session.scalars(select(CaseRow))).one()
        assert (row.ending_criterion, row.ending_category) == ("unsigned-policy", "scope")


async def test_signing_takes_the_deadline_back(running: Any) -> None:
    """R72: in the transaction that hears of it; nothing fires later."""
    it = await opened(running)
    await clear(it)
    await it.hear(asks())
    await it.hear(signs(1, 1))
    assert await armed(it) == [LAPSES]
    await it.hear(signs(1, 2), sequence=2)
    assert await armed(it) == []
    it.set_clock(datetime.fromisoformat("2027-06-01T00:00:00Z"))
    assert await it.fire() == 0
    await it.hear(asks(date(2027, 6, 10), number=3), sequence=2)
    assert await armed(it) == ["2027-07-11"]


@pytest.mark.parametrize("order", list(permutations(("asks", "signs", "clear"))))
@pytest.mark.parametrize(("number", "expected"), [(1, [LAPSES]), (2, [])])
async def test_any_order_ends_alike(running: Any, order: tuple[str, ...], number: int, expected: list[str]) -> None:
    """Offering, signature and clearing may come in any order."""
    it = await opened(running)
    for what in order:
        if what == "clear":
            await clear(it)
        else:
            await it.hear(asks() if what == "asks" else signs(1, number))
    assert await armed(it) == expected


async def test_a_grace_that_is_prolonged_moves_the_day(running: Any) -> None:
    """The newest day that was told holds, and a clearance that ended waits for nothing."""
    it = await opened(running)
    await it.hear(asks())
    await clear(it)
    await it.hear(asks(GRACE + timedelta(days=9)), sequence=2)
    assert await armed(it) == ["2027-01-10"]
    await it.hear(asks())
    assert await armed(it) == ["2027-01-10"]
    status, _ = await post(it, "withdrawal", {"criterion": "volunteer-no-time"})
    assert status == 200
    assert await armed(it) == []
