"""The queue: what is to be done where, by when and by whom; and how the work went, in numbers that tell of nobody."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.intake import SiteChanged
from shared.ids import new_id
from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, know, only_case, post
from tests.service.screening.story import SITE, applies
from tests.support.running import BEGINNING, Running

OTHER = "net.ke.nairobi"


async def queue(it: Running, *, at: str = SITE, person: UUID | None = None, **wanted: Any) -> list[dict[str, Any]]:
    """Every item of the queue as a screener at a site pages through it, two at a time."""
    items: list[dict[str, Any]] = []
    async with it.client(role="screener", site=at, person=person) as http:
        following: str | None = ""
        while following is not None:
            place = {"cursor": following} if following else {}
            page = await http.get("/queue", params={**wanted, **place, "limit": 2})
            assert page.status_code == 200, page.text
            items += page.json()["items"]
            following = page.json()["next"]
    return items


async def elsewhere(it: Running) -> None:
    """One more case, at a site of another country."""
    await it.hear(SiteChanged(site=OTHER, place="site", zone="Africa/Nairobi", country="KE"))
    there = applies(2, 2, "mentor-adult", "mentor").model_copy(
        update={"site": OTHER, "offering": f"first-steps@{OTHER}"}
    )
    await it.hear(there)


async def test_open_steps_come_by_the_day_on_which_they_are_due(it: Running) -> None:
    """Page by page, those due first at the front, each with its age and whether it stalled."""
    await it.hear(applies(2, 2, "mentor-adult", "mentor"), time=BEGINNING - timedelta(days=20))
    it.set_clock(BEGINNING + timedelta(days=8))
    found = await queue(it)
    assert [(each["check"], each["due_on"], each["stalled"], each["age_days"]) for each in found] == [
        ("identity", "2026-10-20", True, 28),
        ("identity", "2026-11-09", True, 8),
        ("interview", "2026-11-10", False, 28),
        ("interview", "2026-11-30", False, 8),
    ]
    assert [each["check"] for each in await queue(it, stalled=True)] == ["identity", "identity"]
    assert [each["due_on"] for each in await queue(it, check="interview")] == ["2026-11-10", "2026-11-30"]
    assert await queue(it, role="never") == []


async def test_done_steps_and_decided_cases_are_no_work(it: Running) -> None:
    """A result takes a step off, a decision all that were left."""
    await post(it, "results", {"results": [{"check": "identity", "outcome": "passed"}]})
    assert [each["check"] for each in await queue(it)] == ["interview"]
    await post(it, "decision", DECLINE)
    assert await queue(it) == []


async def test_each_sees_the_queue_of_their_places_alone(it: Running) -> None:
    """Trap 16: another site's steps are in no page and no count; a network's screener narrows by place."""
    await elsewhere(it)
    assert {each["site"] for each in await queue(it)} == {SITE}
    assert {each["site"] for each in await queue(it, at="net.ke")} == {OTHER}
    assert len(await queue(it, at="net")) == 4
    assert {each["site"] for each in await queue(it, at="net", site="net.ke")} == {OTHER}


async def test_a_screener_does_not_find_their_own_case(it: Running) -> None:
    """Nobody works on themself."""
    assert await queue(it, person=PERSON) == []


async def test_steps_are_found_by_who_looks_after_them(it: Running) -> None:
    """Mine, a colleague's, nobody's."""
    me, colleague = new_id(), new_id()
    case = (await only_case(it))["clearance"]
    async with it.client(role="screener", site=SITE, person=me) as http:
        assert (await http.put(f"/cases/{case}/steps/interview", json={"taken": True})).status_code == 200
    assert [each["check"] for each in await queue(it, person=me, owner="me")] == ["interview"]
    assert [each["check"] for each in await queue(it, person=colleague, owner=str(me))] == ["interview"]
    assert [each["check"] for each in await queue(it, owner="nobody")] == ["identity"]


@pytest.mark.parametrize("wanted", [{"stale": True}, {"cursor": "x"}, {"owner": "you"}, {"check": "A B"}])
async def test_a_wrong_filter_is_refused_by_name(it: Running, wanted: dict[str, Any]) -> None:
    """Not taken for none."""
    async with it.client(role="screener", site=SITE) as http:
        answer = await http.get("/queue", params=wanted)
    assert answer.status_code == 422
    assert next(iter(wanted)) in answer.text


async def summary(it: Running, site: str = SITE) -> dict[str, Any]:
    """The summary, as a screener at a site sees it."""
    async with it.client(role="screener", site=site) as http:
        answer = await http.get("/queue/summary")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def test_the_summary_counts_steps_and_masks_people(it: Running) -> None:
    """R54, trap 15: open, stalled and unowned steps; what became of people is not told where few are meant."""
    it.set_clock(BEGINNING + timedelta(days=8))
    found = await summary(it)
    assert found["steps"]["identity"] == {
        "open": 1, "stalled": 1, "without_owner": 1, "done": 0, "median_days": None,
    }  # fmt: skip
    assert found["funnel"]["mentor"]["opened"] == "<5"
    assert await summary(it, "net.ke") == {"since": found["since"], "steps": {}, "funnel": {}}


async def test_the_summary_tells_medians_and_the_funnel_of_many(it: Running) -> None:
    """Days from the opening of a step to its result; states and reasons of enough people are exact."""
    for number in range(2, 11):
        await it.hear(applies(number, number, "mentor-adult", "mentor"))
    await know(it)
    it.set_clock(BEGINNING + timedelta(days=3))
    async with it.client(role="screener", site=SITE) as http:
        for case in (await http.get("/cases")).json()["items"][:5]:
            passed = {"results": [{"check": check, "outcome": "passed"} for check in case["required"]]}
            await http.post(f"/cases/{case['clearance']}/results", json=passed)
            assert (await http.post(f"/cases/{case['clearance']}/decision", json=CLEAR)).status_code == 200
    found = await summary(it)
    assert found["steps"]["interview"]["median_days"] == 3.0
    assert found["funnel"]["mentor"] == {"opened": 10, "states": {"cleared": 5, "open": 5}, "reasons": {}}
