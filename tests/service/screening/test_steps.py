"""Steps follow what a case asks for, have an owner and a due day, and stall where nothing happens."""

from datetime import timedelta
from typing import Any

from tests.service.screening.scenes import PERSON, only_case, pass_all, post
from tests.service.screening.story import SITE, role
from tests.support.running import BEGINNING, Running


async def steps(it: Running, **who: Any) -> list[dict[str, Any]]:
    """The steps of the one case, as a screener or somebody else sees them."""
    case = await only_case(it)
    async with it.client(**({"role": "screener", "site": SITE} | who)) as http:
        answer = await http.get(f"/cases/{case['clearance']}/steps")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found


async def test_a_case_has_a_step_for_each_check_that_it_asks_for(it: Running) -> None:
    """R40: order, performer and due day of each, counted from the day on which the case opened."""
    found = await steps(it)
    assert [(each["check"], each["performer"], each["state"]) for each in found] == [
        ("identity", "a screener", "to-do"),
        ("interview", "a screener", "to-do"),
    ]
    assert [each["due_on"] for each in found] == ["2026-11-09", "2026-11-30"]


async def test_steps_follow_the_role_and_results_stand(it: Running) -> None:
    """R35: what is no longer asked for is no work; what is asked for again is done where a result stands."""
    await post(it, "results", {"results": [{"check": "interview", "outcome": "passed"}]})
    await it.hear(role("mentor-adult", "mentor"), sequence=2)
    assert [each["check"] for each in await steps(it)] == ["identity"]
    await it.hear(role("mentor-adult", "mentor", "one-on-one", "knows-volunteers"), sequence=3)
    found = await steps(it)
    assert [(each["check"], each["state"]) for each in found] == [
        ("identity", "to-do"), ("references", "to-do"), ("interview", "done"),
    ]  # fmt: skip
    assert found[2]["done_at"] is not None


async def test_a_result_finishes_its_step(it: Running) -> None:
    """However the result came; a correction keeps the first day."""
    await pass_all(it)
    before = await steps(it)
    assert {each["state"] for each in before} == {"done"}
    it.set_clock(BEGINNING + timedelta(days=1))
    await pass_all(it, reference="Register 9")
    assert await steps(it) == before


async def test_a_step_stalls_after_its_day_and_not_when_done(it: Running) -> None:
    """The day itself is still in time."""
    await post(it, "results", {"results": [{"check": "interview", "outcome": "passed"}]})
    it.set_clock(BEGINNING + timedelta(days=7))
    assert [each["stalled"] for each in await steps(it)] == [False, False]
    it.set_clock(BEGINNING + timedelta(days=60))
    assert [each["stalled"] for each in await steps(it)] == [True, False]


async def test_a_screener_takes_a_step_moves_its_day_and_lets_it_go(it: Running) -> None:
    """Every stalled step has somebody who looks after it; its person does not see who."""
    path = f"/cases/{(await only_case(it))['clearance']}/steps/identity"
    async with it.client(role="screener", site=SITE) as http:
        taken = (await http.put(path, json={"taken": True, "due_on": "2026-12-01"})).json()
        assert (taken["taken_by"] is not None, taken["due_on"]) == (True, "2026-12-01")
        assert (await http.put(path, json={"taken": True, "due_on": "2026-11-01"})).status_code == 422
        assert (await http.put(path, json={"taken": True, "due_on": "9999-12-31"})).status_code == 422
        seen = await steps(it, role="participant", person=PERSON)
        assert (seen[0]["taken_by"], seen[0]["due_on"]) == (None, "2026-12-01")
        assert (await http.put(path, json={"taken": False})).json()["taken_by"] is None
        assert (await http.put(path.replace("identity", "record-check"), json={"taken": True})).status_code == 404
