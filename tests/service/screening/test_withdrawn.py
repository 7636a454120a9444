"""An application that is not pursued any more closes its case, in whatever order it is heard."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, acts, only_case, pass_all, post, types
from tests.service.screening.story import SITE, applies, gives_up, place, role
from tests.support.running import BEGINNING, Running

Start = Callable[..., Awaitable[Running]]

APPLIES = applies(1, 1, "mentor-adult", "mentor")
GIVES_UP = gives_up(1, 1, "mentor-adult", "mentor")


async def opened(running: Start) -> Running:
    """Screening with one open case."""
    it = await running("screening")
    await it.hear(place())
    await it.hear(role("mentor-adult", "mentor"))
    await it.hear(APPLIES)
    return it


async def test_an_undecided_case_is_closed(running: Start) -> None:
    """It asks for nothing any more, and later acts are refused with a sentence; nothing is told of it."""
    it = await opened(running)
    await pass_all(it)
    await it.hear(GIVES_UP, sequence=2)
    case = await only_case(it)
    assert (case["state"], case["required"]) == ("withdrawn", [])
    for path, body in (
        ("results", {"results": [{"check": "interview", "outcome": "passed"}]}),
        ("decision", CLEAR),
        ("decision", DECLINE),
        ("withdrawal", {"criterion": "volunteer-no-time"}),
    ):
        status, answer = await post(it, path, body)
        assert (status, "withdrawn" in answer["detail"]) == (409, True), path
    assert await types(it) == []


async def test_a_clearance_that_stands_ends(running: Start) -> None:
    """With the day of the withdrawal, by nobody's criterion; its deadline is gone, and it ends once (trap 7)."""
    it = await opened(running)
    await pass_all(it)
    await post(it, "decision", CLEAR)
    gone = await it.hear(GIVES_UP, sequence=2, time=BEGINNING + timedelta(days=3))
    await it.hear(GIVES_UP, sequence=2, event_id=gone, time=BEGINNING + timedelta(days=3))
    await it.hear(GIVES_UP, sequence=3, time=BEGINNING + timedelta(days=4))
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]
    assert (await it.emitted())[-1].data["ended_on"] == "2026-11-05"
    assert (await acts(it))[-1] == "withdrawn"
    it.set_clock(BEGINNING + timedelta(days=500))
    assert await it.fire() == 0
    async with it.client(role="screener", site=SITE) as http:
        case = (await http.get(f"/cases/{(await only_case(it))['clearance']}")).json()
    assert (case["state"], case["ending_criterion"], case["ending_category"]) == ("ended", None, None)


async def test_a_declined_case_stays_declined(running: Start) -> None:
    """Nothing is told anew, so nobody learns from it when somebody gives up."""
    it = await opened(running)
    await post(it, "decision", DECLINE)
    await it.hear(GIVES_UP, sequence=2)
    assert (await only_case(it))["state"] == "declined"
    assert await types(it) == ["screening.declined.v1"]


async def test_withdrawn_before_it_was_heard_of(running: Start) -> None:
    """The case is there and closed; the application that comes late opens nothing."""
    it = await running("screening")
    await it.hear(GIVES_UP, sequence=2)
    await it.hear(APPLIES, sequence=1)
    await it.hear(role("mentor-adult", "mentor"))
    await it.hear(place())
    case = await only_case(it)
    assert (case["state"], case["required"], case["person"]) == ("withdrawn", [], str(PERSON))
    assert await it.dead() == []


async def test_what_intake_tells_anew_is_pursued_again(running: Start) -> None:
    """After a restore intake may know of no withdrawal: its newest state holds."""
    it = await opened(running)
    asked = (await only_case(it))["required"]
    await pass_all(it)
    await it.hear(GIVES_UP, sequence=2)
    await it.hear(APPLIES, sequence=3)
    case = await only_case(it)
    assert (case["state"], case["required"]) == ("open", asked)
    await it.hear(GIVES_UP, sequence=2)
    assert (await only_case(it))["state"] == "open"
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_the_person_sees_that_it_is_closed(running: Start) -> None:
    """And no reason."""
    it = await opened(running)
    await it.hear(GIVES_UP, sequence=2)
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        (case,) = (await http.get("/cases")).json()["items"]
    assert case["state"] == "withdrawn"
