"""Who writes more is asked for what the law asks of them before its limit is crossed."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from services.screening.tables import ContactDayRow
from shared.contracts import Event, RoleKind
from shared.ids import new_id
from tests.service.screening.scenes import CLEAR, PERSON, acts, only_case, pass_all, post, seen, types
from tests.service.screening.story import SITE, applies, identity, place, rare, role, writes
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]
LIST = {"results": [{"check": "barred-list-check", "outcome": "passed"}]}


async def writing(it: Running, *days: float, person: int = 1) -> None:
    """The person writes on some days after the beginning."""
    for day in days:
        it.set_clock(max(it.service.clock.now(), BEGINNING + timedelta(days=day)))
        await it.hear(writes(new_id().int % 0x1000000, person, day))


@pytest.fixture
async def england(running: Factory) -> Running:
    """A mentor of children in England whose role declares two days a month, cleared."""
    it = await running("screening")
    await it.hear(place("GB", "GB-ENG"))
    await it.hear(rare("mentor-adult", 2))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    await pass_all(it)
    assert (await post(it, "decision", CLEAR))[1]["state"] == "cleared"
    return it


async def test_a_step_is_asked_for_before_the_limit(england: Running) -> None:
    """On the third day in 30: with a due day, in the case, for its person too, and in the queue."""
    await writing(england, 1, 2)
    assert (await seen(england))["asked_ahead"] == []
    await writing(england, 3)
    (asked,) = (await seen(england, PERSON, "participant"))["asked_ahead"]
    assert (asked["check"], asked["due_on"]) == ("barred-list-check", str(date(2026, 12, 5)))
    assert "England" in asked["of"]
    async with england.client(role="screener", site=SITE) as http:
        (queued,) = (await http.get("/queue")).json()["items"]
    assert (queued["check"], queued["due_on"]) == ("barred-list-check", "2026-12-05")
    await writing(england, 3.1)
    assert len((await seen(england))["asked_ahead"]) == 1
    assert await types(england) == ["screening.cleared.v1"]


async def test_whoever_passed_what_was_asked_goes_on(england: Running) -> None:
    """The clearance stands at the crossing and after it; what was not asked ahead is refused (R35)."""
    await writing(england, 1, 2, 3)
    wrong = {"results": [{"check": "references", "outcome": "passed"}]}
    assert (await post(england, "results", wrong))[0] == 200  # it stands already; the same again is answered
    assert (await post(england, "results", {"results": [{"check": "interview-2", "outcome": "passed"}]}))[0] == 409
    assert (await post(england, "results", LIST))[0] == 200
    await writing(england, 4, 5, 6)
    assert (await only_case(england))["state"] == "cleared"
    async with england.client(role="screener", site=SITE) as http:
        assert (await http.get("/queue")).json()["items"] == []


async def test_at_the_crossing_the_clearance_ends(england: Running) -> None:
    """Trap 7: on the fourth day in 30, told once, for a reason that is not one of safety; whatever comes after."""
    await writing(england, 1, 2, 3, 4, 5)
    detail = await seen(england)
    assert (detail["state"], detail["ending_criterion"], detail["ending_category"]) == (
        "ended", "activity-limit", "scope",
    )  # fmt: skip
    assert await types(england) == ["screening.cleared.v1", "clearance.ended.v1"]
    assert await acts(england) == ["results", "cleared", "limit"]
    async with england.client(role="screener", site=SITE) as http:
        assert (await http.get("/queue")).json()["items"] == []


async def test_days_far_apart_cross_nothing(england: Running) -> None:
    """Four days in more than thirty."""
    await writing(england, 1, 11, 21, 31)
    assert (await only_case(england))["state"] == "cleared"


async def test_messages_from_before_count(running: Factory) -> None:
    """What was written in the role before the case was opened, or heard before it, asks for the check at once."""
    it = await running("screening")
    await writing(it, 1, 2, 3, 4)
    await it.hear(place("GB", "GB-ENG"))
    await it.hear(rare("mentor-adult", 2))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    assert "barred-list-check" in (await only_case(it))["required"]


async def test_hours_are_estimated_by_a_setting(running: Factory) -> None:
    """California: with an hour for each message, the seventeenth in a month crosses the limit of 16."""
    it = await running("screening", hours_per_message=1.0)
    await it.hear(place("US", "US-CA"))
    await it.hear(role("mentor-adult", "mentor", "works-with-clients", "minors", tier="intermediate"))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    await pass_all(it)
    await post(it, "decision", CLEAR)
    await writing(it, *(1 + hour / 24 for hour in range(12)))
    assert (await seen(it))["asked_ahead"] == []
    await writing(it, *(2 + hour / 24 for hour in range(4)))
    asked = {each["check"] for each in (await seen(it))["asked_ahead"]}
    assert asked == {"fingerprint-check", "mandated-reporter-training"}
    await writing(it, 3)
    assert (await only_case(it))["state"] == "ended"


async def test_another_role_of_the_person_is_counted_apart(england: Running) -> None:
    """R39: what somebody writes as a mentee or as a facilitator is not what they write as a mentor."""
    for day in range(1, 8):
        for kind in (RoleKind.MENTEE, RoleKind.FACILITATOR):
            await england.hear(writes(day + 100 * len(kind), 1, day, kind))
    assert (await only_case(england))["state"] == "cleared"
    async with england.service.sessions() as session:
        assert set(await session.scalars(select(ContactDayRow.kind))) == {"facilitator"}


async def test_days_are_forgotten_after_400(england: Running) -> None:
    """Of whoever writes on with the next message, of whoever stopped by a timer."""
    for person in (8, 9):
        await writing(england, 0, person=person)
    await writing(england, 401, person=8)
    async with england.service.sessions() as session:
        assert (await session.scalar(select(func.count()).where(ContactDayRow.person == identity(8)))) == 1
    england.set_clock(datetime(2027, 12, 31, tzinfo=UTC))
    await england.fire()
    async with england.service.sessions() as session:
        assert list(await session.scalars(select(ContactDayRow.person))) == [identity(8)]


HEARD: list[Event] = [
    place("GB", "GB-ENG"),
    rare("mentor-adult", 2),
    applies(1, 1, "mentor-adult", "mentor"),
    *(writes(number, 1, number) for number in range(1, 5)),
]


@pytest.mark.parametrize(
    "order", [(0, 1, 2, 3, 4, 5, 6), (3, 4, 5, 6, 2, 1, 0), (3, 2, 5, 0, 6, 1, 4), (2, 6, 1, 5, 0, 4, 3)]
)
async def test_it_asks_alike_in_any_order(running: Factory, order: tuple[int, ...]) -> None:
    """Messages, role, place and application end alike, repeats included."""
    it = await running("screening")
    ids = [new_id() for _ in HEARD]
    for each in (*order, *order):
        await it.hear(HEARD[each], event_id=ids[each])
    assert "barred-list-check" in (await only_case(it))["required"]
    async with it.service.sessions() as session:
        assert list(await session.scalars(select(ContactDayRow.messages))) == [1, 1, 1, 1]
