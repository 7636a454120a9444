"""Results: recorded once, corrected in sight, explained, and cheap to post."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.service.screening.scenes import CLEAR, PERSON, acts, only_case, pass_all, post
from tests.service.screening.story import SITE, applies
from tests.support.running import Running


def result(check: str = "identity", outcome: str = "passed", **more: Any) -> dict[str, Any]:
    """A body with one result."""
    return {"results": [{"check": check, "outcome": outcome, **more}]}


async def test_every_required_check_says_who_asks_for_it_and_why(it: Running) -> None:
    """R35, R36: the factor that asks, and a sentence; the person may read it too."""
    case = await only_case(it)
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        shown = (await http.get(f"/cases/{case['clearance']}")).json()
    assert [(each["check"], each["factors"]) for each in shown["requirements"]] == [
        ("identity", []),
        ("interview", ["one-on-one"]),
    ]
    assert all(each["why"].endswith(".") for each in shown["requirements"])


async def test_the_same_result_again_changes_nothing(it: Running) -> None:
    """One act, the same version, the first recorder and time; also after the decision."""
    _, first = await post(it, "results", result(reference="Register 7"))
    _, second = await post(it, "results", result(reference=" Register 7 "))
    assert second == first
    await pass_all(it)
    await post(it, "decision", CLEAR)
    assert (await post(it, "results", result()))[0] == 200
    assert (await post(it, "results", result(valid_until="2027-01-01")))[0] == 409
    assert await acts(it) == ["results", "correction", "cleared"]


async def test_only_what_is_new_is_recorded_anew(it: Running) -> None:
    """A known result keeps who recorded it when it comes with another one."""
    _, first = await post(it, "results", result())
    both = {"results": [*result()["results"], *result("interview")["results"]]}
    _, second = await post(it, "results", both)
    assert second["results"][0] == first["results"][0]
    assert [each["check"] for each in second["results"]] == ["identity", "interview"]
    assert await acts(it) == ["results", "results"]


async def test_a_changed_outcome_is_a_correction(it: Running) -> None:
    """A failed check that passes later is visible in the audit."""
    await post(it, "results", result(outcome="failed"))
    _, detail = await post(it, "results", result())
    assert detail["results"][0]["outcome"] == "passed"
    assert await acts(it) == ["results", "correction"]


async def test_a_lapsed_certificate_keeps_the_case_waiting(it: Running) -> None:
    """R40: a check counts only while it stands."""
    await pass_all(it, valid_until="2026-11-01")
    status, problem = await post(it, "decision", CLEAR)
    assert status == 409
    assert "does not stand today" in problem["detail"]


async def test_a_check_named_twice_is_refused(it: Running) -> None:
    """Which of two outcomes counts is not ours to guess."""
    both = {"results": [*result()["results"], *result(outcome="failed")["results"]]}
    assert (await post(it, "results", both))[0] == 422


async def test_if_match_is_honoured_where_it_is_sent(it: Running) -> None:
    """The ETag of an answer is the one to send next."""
    path = f"/cases/{(await only_case(it))['clearance']}"
    async with it.client(role="screener", site=SITE) as http:
        seen = (await http.get(path)).headers["ETag"]
        first = await http.post(f"{path}/results", json=result(), headers={"If-Match": seen})
        stale = await http.post(f"{path}/results", json=result("interview"), headers={"If-Match": seen})
        fresh = {"If-Match": first.headers["ETag"]}
        second = await http.post(f"{path}/results", json=result("interview"), headers=fresh)
        assert (await http.get(path)).headers["ETag"] == second.headers["ETag"]
    assert [first.status_code, stale.status_code, second.status_code] == [200, 412, 200]


async def test_the_list_filters_and_knows_its_filters(it: Running) -> None:
    """Site, state, role, application and person; a filter that is none is refused instead of ignored."""
    await it.hear(applies(2, 2, "mentor-later", "mentor"))
    case = await only_case_of(it, state="open")
    async with it.client(role="screener", site="net") as http:
        for name in ("role", "application", "person"):
            (found,) = (await http.get("/cases", params={name: case[name]})).json()["items"]
            assert found == case
        assert len((await http.get("/cases", params={"site": "net.af"})).json()["items"]) == 2
        assert (await http.get("/cases", params={"site": "net.ke"})).json()["items"] == []
        assert (await http.get("/cases", params={"sate": "open"})).status_code == 422


async def test_a_person_lists_their_own_cases_alone(it: Running) -> None:
    """Self is a relationship: no grant is needed, and nobody else's case is there."""
    await it.hear(applies(2, 2, "mentor-adult", "mentor"))
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        assert [case["person"] for case in (await http.get("/cases")).json()["items"]] == [str(PERSON)]


@pytest.mark.parametrize("path", ["results", "decision"])
async def test_a_request_takes_few_statements(it: Running, path: str) -> None:
    """A thousand cases are posted in a row; what one costs must not grow with its checks."""
    case = await only_case(it)
    if path == "decision":
        await pass_all(it)
    passed = [{"check": check, "outcome": "passed"} for check in case["required"]]
    body = {"results": passed} if path == "results" else CLEAR
    statements: list[str] = []
    event.listen(it.service.engine.sync_engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    async with it.client(role="screener", site=SITE) as http:
        assert (await http.post(f"/cases/{case['clearance']}/{path}", json=body)).status_code == 200
    assert len(statements) <= 22, statements


async def only_case_of(it: Running, **wanted: str) -> dict[str, Any]:
    """The one case that a filter leaves."""
    async with it.client(role="screener", site=SITE) as http:
        (case,) = (await http.get("/cases", params=wanted)).json()["items"]
        found: dict[str, Any] = case
        return found
