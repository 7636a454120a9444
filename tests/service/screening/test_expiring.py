"""A clearance tells that it will end: 60, 30 and 7 days ahead, once each, and never after its end."""

from datetime import UTC, datetime, timedelta

from tests.service.screening.scenes import CLEAR, acts, only_case, pass_all, post, types
from tests.support.running import BEGINNING, Running

LAST = datetime(2027, 3, 1, tzinfo=UTC)


async def notices(it: Running) -> list[int]:
    """The notices that were told."""
    return [each.data["notice"] for each in await it.emitted() if each.type == "rapport.clearance.expiring.v1"]


async def cleared_until(it: Running, last: datetime) -> None:
    """The one case is cleared until a day."""
    await pass_all(it)
    await post(it, "decision", CLEAR | {"valid_until": str(last.date())})


async def test_each_notice_is_told_on_its_day(it: Running) -> None:
    """R29: not a moment before; with the last day, so that the person can be screened again in time."""
    await cleared_until(it, LAST)
    it.set_clock(LAST - timedelta(days=60, microseconds=1))
    assert await it.fire() == 0
    for days in (60, 30, 7):
        it.set_clock(LAST - timedelta(days=days))
        assert await it.fire() == 1
    assert await notices(it) == [60, 30, 7]
    assert {each.data.get("valid_until") for each in await it.emitted()} == {str(LAST.date())}
    assert (await only_case(it))["state"] == "cleared"


async def test_a_late_timer_tells_the_nearest_alone(it: Running) -> None:
    """The service was away for weeks: one notice, and the next on its day."""
    await cleared_until(it, LAST)
    it.set_clock(LAST - timedelta(days=20))
    assert await it.fire() == 1
    assert await notices(it) == [30]
    it.set_clock(LAST - timedelta(days=7))
    await it.fire()
    assert await notices(it) == [30, 7]


async def test_a_short_clearance_tells_only_what_is_still_ahead(it: Running) -> None:
    """Cleared for ten days: seven days ahead, and nothing of thirty or sixty."""
    await cleared_until(it, BEGINNING + timedelta(days=10))
    assert await it.fire() == 0
    it.set_clock(BEGINNING + timedelta(days=4))
    assert await it.fire() == 1
    assert await notices(it) == [7]


async def test_a_withdrawn_clearance_gives_no_notice(it: Running) -> None:
    """Trap 7: whoever lost the clearance is not told that it will end."""
    await cleared_until(it, LAST)
    await post(it, "withdrawal", {"criterion": "volunteer-safety"})
    it.set_clock(LAST - timedelta(days=7))
    assert await it.fire() == 0
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]


async def test_after_the_end_there_is_an_end_and_no_notice(it: Running) -> None:
    """All timers are late: the clearance ended, and nothing is said of a coming end."""
    await cleared_until(it, LAST)
    it.set_clock(LAST + timedelta(days=5))
    await it.fire()
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]
    assert await acts(it) == ["results", "cleared", "expired"]
