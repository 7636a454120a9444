"""Where the line is stopped nobody is cleared, and leaders see how their places stand (R78)."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.intake import OfferingChanged, Stop
from tests.service.screening.conduct_scenes import ELSEWHERE, HEAD, MENTOR, SCREENER, ask, good, raised, staffed
from tests.service.screening.scenes import CLEAR, DECLINE, pass_all, post, types
from tests.service.screening.story import SITE, offering
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]
LIFTED = Stop(starts=BEGINNING, ends=BEGINNING + timedelta(days=1))


def stopped(*stops: Stop) -> OfferingChanged:
    """Intake tells when the offering was stopped."""
    return offering().model_copy(update={"stops": list(stops)})


async def test_nobody_is_cleared_where_the_line_is_stopped(it: Running) -> None:
    """R78: whatever passed; declining goes on, and clearing too once it was lifted."""
    await it.hear(stopped(Stop(starts=BEGINNING)))
    await pass_all(it)
    status, problem = await post(it, "decision", CLEAR)
    assert (status, "stopped" in problem["detail"], await types(it)) == (409, True, [])
    await it.hear(stopped(LIFTED), sequence=2)
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_a_proposal_waits_where_the_line_was_stopped_meanwhile(high: Running) -> None:
    """R78: what a clearing rests on is looked at anew when the second person agrees."""
    await pass_all(high)
    assert (await post(high, "decision", CLEAR))[1]["state"] == "proposed"
    await high.hear(stopped(Stop(starts=BEGINNING)))
    assert (await post(high, "decision/agreement", {"agrees": True}))[0] == 409
    assert await types(high) == []
    await high.hear(stopped(LIFTED), sequence=2)
    assert (await post(high, "decision/agreement", {"agrees": True}))[0] == 200


async def test_somebody_is_declined_also_where_the_line_is_stopped(it: Running) -> None:
    """It takes nothing in."""
    await it.hear(stopped(Stop(starts=BEGINNING)))
    assert (await post(it, "decision", DECLINE))[0] == 200


async def test_a_stop_that_was_lifted_is_not_brought_back_by_an_older_event(it: Running) -> None:
    """The newest state of the offering counts, in whatever order they come."""
    await it.hear(stopped(LIFTED), sequence=3)
    await it.hear(stopped(Stop(starts=BEGINNING)), sequence=2)
    await pass_all(it)
    assert (await post(it, "decision", CLEAR))[0] == 200


async def summary(it: Running, **how: Any) -> dict[str, Any]:
    """How a place stands."""
    site = how.get("at", SITE)
    found: dict[str, Any] = await good(
        it, "GET", "/incidents/summary", **{"as_": "administrator", "params": {"site": site}, **how}
    )
    return found


async def test_leaders_see_how_their_places_stand_and_nobody_in_it(running: Factory) -> None:
    """R78: cases by weight, reports, pages and stops; below five they are masked, so that nobody is found."""
    it = await staffed(running)
    assert (await summary(it))["open_total"] == "<5"
    for number in range(1, 8):
        await raised(it, "harm", number=number)
    await raised(it, "talk", number=8)
    await it.hear(stopped(Stop(starts=BEGINNING)))
    found = await summary(it)
    assert found["open"] == {"talk": "<5", "harm": 7, "emergency": "<5"}
    assert (found["reports_waiting"], found["reports_overdue"], found["pages_overdue"]) == (7, "<5", "<5")
    assert found["stopped"] == [f"first-steps@{SITE}"]
    it.set_clock(BEGINNING + timedelta(days=3))
    while await it.fire():
        pass
    late = await summary(it)
    assert (late["reports_waiting"], late["reports_overdue"]) == ("<5", 7)
    assert late["pages_overdue"] == 7
    assert str(MENTOR) not in str(late)


async def test_a_case_that_somebody_may_not_see_is_not_counted_for_them(running: Factory) -> None:
    """Traps 16 and 17: not in another country, and not for whom the cases are about."""
    it = await staffed(running)
    for number in range(1, 7):
        await raised(it, "harm", 1, number=number)
    assert (await summary(it))["reports_waiting"] == 6
    assert (await summary(it, who=MENTOR))["reports_waiting"] == "<5"
    assert (await summary(it, who=ELSEWHERE, at="net.ke"))["reports_waiting"] == "<5"


@pytest.mark.parametrize(("who", "as_", "at"), [(SCREENER, "screener", SITE), (HEAD, "administrator", "net.ke")])
async def test_the_summary_is_for_administrators_of_the_place(running: Factory, who: Any, as_: Any, at: str) -> None:
    """A screener has the cases themselves; another place's administrator nothing."""
    it = await staffed(running)
    answer = await ask(it, "GET", "/incidents/summary", who=who, as_=as_, at=at, params={"site": SITE})
    assert answer.status_code == 403
