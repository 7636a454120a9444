"""Cases over HTTP and events: opened, recorded, decided once, ended once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.access import OPEN_ROUTES, Role
from shared.contracts.intake import ApplicationSubmitted
from shared.ids import new_id
from tests.service.screening.conduct_routes import CONDUCT_ROUTES
from tests.service.screening.scenes import CLEAR, NEW_SET, PERSON, only_case, pass_all, post, types
from tests.service.screening.step_access import STEP_ROUTES
from tests.service.screening.story import SITE, applies, role
from tests.support.running import BEGINNING, Running


async def test_an_application_before_its_role_waits_for_it(running: Callable[..., Awaitable[Running]]) -> None:
    """An event that refers to something not yet heard is never refused."""
    it = await running("screening")
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    assert (await only_case(it))["state"] == "waiting"
    status, problem = await post(it, "results", {"results": [{"check": "identity", "outcome": "passed"}]})
    assert status == 409
    assert "not known here yet" in problem["detail"]
    await it.hear(role("mentor-adult", "mentor"))
    case = await only_case(it)
    assert (case["state"], case["required"]) == ("open", ["identity"])


async def test_a_cleared_case_tells_until_when(it: Running) -> None:
    """R40: cleared once, with the criterion here and the bare fact on the bus."""
    await pass_all(it, valid_until="2027-03-01", reference="Register 7, page 3")
    status, detail = await post(it, "decision", CLEAR)
    assert (status, detail["state"], detail["valid_until"]) == (200, "cleared", "2027-03-01")
    (event,) = await it.emitted()
    assert event.data["valid_until"] == "2027-03-01"
    assert "Register" not in event.model_dump_json()
    assert "identity" not in event.model_dump_json()


async def test_deciding_twice_has_one_outcome(it: Running) -> None:
    """Trap 2: the same decision again is answered, another one refused, and one event goes out."""
    await pass_all(it)
    answers = await asyncio.gather(*(post(it, "decision", CLEAR) for _ in range(4)))
    assert {status for status, _ in answers} == {200}
    status, _ = await post(it, "decision", {"decision": "decline", "criterion": "volunteer-safety"})
    assert status == 409
    assert await types(it) == ["screening.cleared.v1"]


async def test_a_failed_or_missing_check_clears_nobody(it: Running) -> None:
    """R40: nothing is cleared by wish."""
    status, problem = await post(it, "decision", CLEAR)
    assert status == 409
    assert "identity, interview" in problem["detail"]
    await post(it, "results", {"results": [{"check": "identity", "outcome": "failed"}]})
    assert (await post(it, "decision", CLEAR))[0] == 409
    assert await it.emitted() == []


async def test_results_are_recorded_all_or_none(it: Running) -> None:
    """R35: an unwarranted check refuses the whole request."""
    body = {"results": [{"check": "identity", "outcome": "passed"}, {"check": "record-check", "outcome": "passed"}]}
    assert (await post(it, "results", body))[0] == 409
    case = await only_case(it)
    async with it.client(role="screener", site=SITE) as http:
        detail = (await http.get(f"/cases/{case['clearance']}")).json()
    assert detail["results"] == []


async def test_a_declined_case_does_not_say_why(it: Running) -> None:
    """R54, trap 15: time, skill and safety look alike in events, lists, and to the person."""
    assert (await post(it, "decision", {"decision": "decline", "criterion": "volunteer-safety"}))[0] == 200
    (event,) = await it.emitted()
    assert "safety" not in event.model_dump_json()
    case = await only_case(it)
    assert "safety" not in str(case)
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        shown = (await http.get(f"/cases/{case['clearance']}")).json()
    assert shown["criterion"] is None
    assert shown["results"] == []


async def test_nobody_decides_about_themselves(it: Running) -> None:
    """Trap 17: a screener's own case is for another screener."""
    status, problem = await post(it, "decision", CLEAR, person=PERSON)
    assert status == 409
    assert "own case" in problem["detail"]


async def test_a_clearance_ends_by_itself_once(it: Running) -> None:
    """At the end of its last day, by the domain clock, with one event."""
    await pass_all(it, valid_until="2026-11-09")
    await post(it, "decision", CLEAR)
    it.set_clock(datetime(2026, 11, 9, 23, 59, tzinfo=UTC))
    assert await it.fire() == 0
    it.set_clock(datetime(2026, 11, 10, tzinfo=UTC))
    assert await it.fire() == 1
    assert await it.fire() == 0
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]
    assert (await only_case(it))["state"] == "ended"


async def test_a_withdrawal_ends_it_now_and_disarms_the_timer(it: Running) -> None:
    """Trap 7: withdrawn at once, once, and not a second time by expiry."""
    await pass_all(it)
    await post(it, "decision", CLEAR)
    for _ in range(2):
        assert (await post(it, "withdrawal", {"criterion": "volunteer-safety"}))[0] == 200
    it.set_clock(BEGINNING + timedelta(days=800))
    assert await it.fire() == 0
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]


async def test_an_edit_of_an_unseen_version_is_refused(it: Running) -> None:
    """Two screeners: whoever decides on an old version is told to look again."""
    case = await only_case(it)
    async with it.client(role="screener", site=SITE) as http:
        seen = (await http.get(f"/cases/{case['clearance']}")).headers["ETag"]
        await pass_all(it)
        answer = await http.post(f"/cases/{case['clearance']}/decision", json=CLEAR, headers={"If-Match": seen})
    assert answer.status_code == 412


async def test_cases_page_through_without_a_gap(it: Running) -> None:
    """Every case once, whatever the page's size."""
    for number in range(2, 8):
        await it.hear(applies(number, number, "mentor-adult", "mentor"))
    seen: list[str] = []
    async with it.client(role="screener", site="net") as http:
        following: str | None = None
        while True:
            page = (await http.get("/cases", params={"limit": 3} | ({"cursor": following} if following else {}))).json()
            seen += [case["application"] for case in page["items"]]
            following = page["next"]
            if following is None:
                break
    assert len(seen) == len(set(seen)) == 7


BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "no results": ("results", {"results": []}, "results"),
    "an unknown outcome": ("results", {"results": [{"check": "identity", "outcome": "maybe"}]}, "results.0.outcome"),
    "a record instead of a reference": (
        "results", {"results": [{"check": "identity", "outcome": "passed", "reference": "x" * 201}]},
        "results.0.reference",
    ),
    "a date that is none": (
        "results", {"results": [{"check": "identity", "outcome": "passed", "valid_until": "soon"}]},
        "results.0.valid_until",
    ),
    "an unknown decision": ("decision", {"decision": "maybe", "criterion": "x"}, "decision"),
    "no criterion": ("decision", {"decision": "clear"}, "criterion"),
    "an extra field": ("withdrawal", {"criterion": "volunteer-safety", "why": "gossip"}, "why"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "body", "field"), BAD.values(), ids=BAD.keys())
async def test_bad_input_names_its_field(it: Running, path: str, body: dict[str, Any], field: str) -> None:
    """Refused at the door, nothing half stored."""
    status, problem = await post(it, path, body)
    assert status == 422
    assert field in [error["field"] for error in problem["errors"]]


async def test_every_route_asks_for_a_grant(it: Running) -> None:
    """Without a token, with another site's, with the right one; every route of the service is here."""
    case = (await only_case(it))["clearance"]
    routes: dict[tuple[str, str], dict[str, Any] | None] = {
        ("GET", "/criteria"): None,
        ("GET", "/criteria-sets"): None,
        ("POST", "/criteria-sets"): NEW_SET,
        ("GET", "/cases/{clearance}/criteria"): None,
        ("POST", "/ties"): {"person": str(new_id()), "other": str(new_id()), "kind": "line", "site": SITE},
        ("GET", "/ties"): None,
        ("POST", "/cases/{clearance}/flags"): {"colour": "yellow", "ground": "conduct.3", "note": "Came late."},
        ("GET", "/cases/{clearance}/flags"): None,
        ("POST", "/cases/{clearance}/flags/{flag}/resolution"): {"reason": "Explained."},
        ("GET", "/flags/due"): None,
        ("POST", "/cases/{clearance}/renewal"): None,
        ("POST", "/cases/{clearance}/appeal"): {"said": "I was ill."},
        ("GET", "/cases/{clearance}/appeal"): None,
        ("POST", "/cases/{clearance}/appeal/outcome"): {"outcome": "upheld", "note": "Nothing new."},
        ("GET", "/appeals"): None,
        ("DELETE", "/ties/{person}/{other}"): None,
        ("GET", "/cases"): None,
        ("GET", "/cases/{clearance}"): None,
        ("POST", "/cases/{clearance}/results"): {"results": [{"check": "identity", "outcome": "passed"}]},
        ("POST", "/cases/{clearance}/decision"): {"decision": "decline", "criterion": "volunteer-no-time"},
        ("POST", "/cases/{clearance}/decision/agreement"): {"agrees": True},
        ("POST", "/cases/{clearance}/withdrawal"): {"criterion": "volunteer-safety"},
        ("PUT", "/cases/{clearance}/waiting-list"): {"next_news_on": "2026-12-01"},
        ("GET", "/waiting-list"): None,
        ("GET", "/people/{person}/outcomes"): None,
    }
    assert set(routes) | set(STEP_ROUTES) | CONDUCT_ROUTES == {
        route for route in it.routes() if route[1] not in OPEN_ROUTES
    }
    for (method, template), body in routes.items():
        path = template.format(clearance=case, person=new_id(), other=new_id(), flag=new_id())
        path += QUERIES.get(path, "")
        async with it.client() as nobody, it.client(role="coordinator", site=SITE) as other_role:
            assert (await nobody.request(method, path, json=body)).status_code == 401
            refused = await other_role.request(method, path, json=body)
            assert refused.status_code in (403, 404) or refused.json() == {"items": [], "next": None}
        if "{clearance}" in template:
            async with it.client(role="screener", site="net.ke") as elsewhere:
                assert (await elsewhere.request(method, path, json=body)).status_code == 404
        grant: Role = "administrator" if template in FOR_ADMINISTRATORS else "screener"
        async with it.client(role=grant, site="net" if body is NEW_SET else SITE) as right:
            assert (await right.request(method, path, json=body)).status_code in ANSWERED.get(template, (200, 201, 409))


QUERIES = {"/criteria-sets": "?network=net", "/waiting-list": f"?site={SITE}&role=mentee-adult"}
FOR_ADMINISTRATORS = {"/criteria-sets", "/ties/{person}/{other}"}
ANSWERED: dict[str, tuple[int, ...]] = {
    "/ties/{person}/{other}": (404,),
    "/cases/{clearance}/flags/{flag}/resolution": (404,),
    "/cases/{clearance}/renewal": (403,),
    "/people/{person}/outcomes": (404,),
    "/cases/{clearance}/appeal": (403, 404),
    "/cases/{clearance}/appeal/outcome": (404,),
}
"""There is none, or it is for the person alone; their own tests have one."""


async def test_the_person_sees_their_case_and_nobody_elses(it: Running) -> None:
    """Self is a relationship, not a grant."""
    case = (await only_case(it))["clearance"]
    async with it.client(role="participant", site=SITE, person=PERSON) as http:
        assert (await http.get(f"/cases/{case}")).status_code == 200
        assert (await http.post(f"/cases/{case}/decision", json=CLEAR)).status_code == 403
    async with it.client(role="participant", site=SITE, person=new_id()) as http:
        assert (await http.get(f"/cases/{case}")).status_code == 404


async def test_a_repeated_event_opens_one_case(it: Running) -> None:
    """The same application under another event id, too."""
    event: ApplicationSubmitted = applies(1, 1, "mentor-adult", "mentor")
    await it.hear(event)
    await it.hear(event, event_id=await it.hear(event))
    await only_case(it)
    assert await it.dead() == []
