"""Conduct cases: opened once, the ladder with its right of reply, and what is told of it."""

from datetime import timedelta

import pytest

from shared.ids import new_id
from tests.service.screening.conduct_scenes import (
    CLAUSE,
    MENTEE,
    MENTOR,
    SCREENER,
    Factory,
    ask,
    dismissed,
    good,
    measure,
    raised,
    staffed,
    told,
)
from tests.service.screening.story import SITE, concern, identity
from tests.support.running import BEGINNING, Running


@pytest.fixture
async def network(running: Factory) -> Running:
    """A mentor, a mentee and a coordinator, all cleared, in California."""
    return await staffed(running)


async def test_a_concern_opens_one_case_however_often_it_is_heard(network: Running) -> None:
    """Trap 2: once per concern; what is told of it names nobody."""
    path = await raised(network, "talk", 1)
    await network.hear(concern(1, "talk", 1))
    assert len((await good(network, "GET", "/conduct-cases"))["items"]) == 1
    (event,) = await told(network, "case.opened")
    assert event == {
        "case": path.rpartition("/")[2], "concern": str(identity(0xC01)), "site": SITE, "other_site": None,
        "handler": None, "frozen": [],
    }  # fmt: skip


async def test_a_dismissal_ends_each_clearance_at_once(network: Running) -> None:
    """R57, trap 7: heard first, then dismissed; clearance.ended is told in the same transaction, the reason is not."""
    case = await raised(network, "talk", 1)
    refused = await measure(network, case, "dismiss")
    assert (refused.status_code, "unheard" in refused.json()["detail"]) == (409, True)
    assert await told(network, "clearance.ended") == []
    await dismissed(network, case)
    (ended,) = await told(network, "clearance.ended")
    assert ended["person"] == str(MENTOR)
    assert "safety" not in str(ended)
    cases = (await good(network, "GET", "/cases", params={"person": str(MENTOR)}))["items"]
    detail = await good(network, "GET", f"/cases/{cases[0]['clearance']}")
    assert (detail["state"], detail["ending_category"]) == ("ended", "safety")
    assert (await measure(network, case, "dismiss")).status_code == 409


async def test_a_mentee_is_dismissed_by_a_criterion_for_mentees(network: Running) -> None:
    """R57: admission ends like a clearance."""
    case = await raised(network, "talk", 3)
    await dismissed(network, case, MENTEE)
    assert [each["kind_of_role"] for each in await told(network, "clearance.ended")] == ["mentee"]


async def test_no_answer_by_a_day_counts_once_that_day_is_over(network: Running) -> None:
    """R57: who does not answer has been asked; not before the day has passed."""
    case = await raised(network, "talk", 1)
    body = {"person": str(MENTOR), "no_answer_by": "2026-11-05"}
    assert (await ask(network, "POST", f"{case}/replies", body)).status_code == 409
    network.set_clock(BEGINNING + timedelta(days=4))
    await good(network, "POST", f"{case}/replies", body)
    assert (await measure(network, case, "dismiss")).status_code == 201


async def test_an_emergency_suspends_first(network: Running) -> None:
    """R57: then the dismissal does not wait for the reply."""
    case = await raised(network, "emergency", 1)
    refused = await measure(network, case, "dismiss")
    assert (refused.status_code, "Suspend" in refused.json()["detail"]) == (409, True)
    assert (await measure(network, case, "suspend")).status_code == 201
    assert (await measure(network, case, "dismiss")).status_code == 201


async def test_a_suspension_freezes_until_the_case_is_closed(network: Running) -> None:
    """R57: told as the state of the case; nobody else may be frozen than who is named."""
    case = await raised(network, "talk", 1)
    assert (await measure(network, case, "suspend", MENTEE)).status_code == 409
    await measure(network, case, "suspend")
    assert (await told(network, "case.opened"))[-1]["frozen"] == [str(MENTOR)]
    await good(network, "POST", f"{case}/closing", {"outcome": "settled"})
    (closed,) = await told(network, "case.closed")
    assert closed["closed_on"] == "2026-11-02"
    assert "outcome" not in closed
    assert (await measure(network, case, "warn")).status_code == 409


async def test_a_restriction_ends_on_its_day_by_itself(network: Running) -> None:
    """R57: until when; told at that moment, once."""
    case = await raised(network, "talk", 1)
    assert (await measure(network, case, "restrict")).status_code == 409
    await measure(network, case, "restrict", until="2026-11-05T08:00:00Z")
    network.set_clock(BEGINNING + timedelta(days=3))
    assert await network.fire() == 1
    assert [event["frozen"] for event in await told(network, "case.opened")] == [[], [str(MENTOR)], []]


async def test_a_suspension_ended_by_hand_stands_in_the_timeline(network: Running) -> None:
    """Append-only: each act is one line with who and when."""
    case = await raised(network, "talk", 1)
    detail = (await measure(network, case, "suspend")).json()
    path = f"{case}/measures/{detail['measures'][0]['measure']}/end"
    for _ in range(2):
        assert (await ask(network, "POST", path)).status_code == 200
    await good(network, "POST", f"{case}/entries", {"kind": "note", "text": "He wrote: I am sorry."})
    lines = (await good(network, "GET", f"{case}/entries"))["items"]
    assert [line["kind"] for line in lines] == ["opened", "suspend", "ended", "note"]
    assert {line["actor"] for line in lines[1:]} == {str(SCREENER)}
    assert (await told(network, "case.opened"))[-1]["frozen"] == []


async def test_a_measure_cites_a_clause(network: Running) -> None:
    """R55: number and version; without them nothing is set."""
    case = await raised(network, "talk", 1)
    body = {"person": str(MENTOR), "measure": "warn"}
    refused = await ask(network, "POST", f"{case}/measures", body)
    assert {error["field"] for error in refused.json()["errors"]} == {"clause", "clause_version"}
    detail = await good(network, "PATCH", case, CLAUSE)
    assert (detail["clause"], detail["clause_version"], detail["measures"]) == (7, "2026-1", [])


async def test_a_clearance_above_the_scope_is_named_not_left_standing(network: Running) -> None:
    """Trap 7: a dismissal at one place would leave a clearance that covers it; it says whose place that is."""
    case = await raised(network, "talk", 1, site=f"{SITE}.school")
    await good(network, "POST", f"{case}/replies", {"person": str(MENTOR), "said": "No."})
    refused = await measure(network, case, "dismiss")
    assert (refused.status_code, SITE in refused.json()["detail"]) == (409, True)
    assert (await measure(network, case, "dismiss", scope=SITE)).status_code == 201
    assert len(await told(network, "clearance.ended")) == 1


async def test_a_case_by_hand_is_about_people_known_there(network: Running) -> None:
    """Trap 16: nobody freezes a stranger of another place; the same key opens it once."""
    body = {"site": SITE, "people": [str(MENTOR)], "weight": "talk", "known": "Seen by the screener."}
    options = {"headers": {"Idempotency-Key": "one"}}
    first = await good(network, "POST", "/conduct-cases", body, **options)
    assert await good(network, "POST", "/conduct-cases", body, **options) == first
    assert len(await told(network, "case.opened")) == 1
    stranger = await ask(network, "POST", "/conduct-cases", body | {"people": [str(new_id())]})
    assert (stranger.status_code, stranger.json()["errors"][0]["field"]) == (422, "people")
    elsewhere = await ask(network, "POST", "/conduct-cases", body | {"site": "net.ke"})
    assert elsewhere.status_code == 403


async def test_an_edit_of_an_unseen_version_is_refused(network: Running) -> None:
    """Two people on one case: whoever decides on an old version is told to look again."""
    case = await raised(network, "talk", 1)
    seen = (await ask(network, "GET", case)).headers["ETag"]
    await measure(network, case, "coach")
    late = await ask(network, "PATCH", case, {"weight": "harm"}, headers={"If-Match": seen})
    assert late.status_code == 412


async def test_leaders_see_how_many(network: Running) -> None:
    """By month and weight; a case cannot weigh less afterwards."""
    case = await raised(network, "talk", 1)
    await raised(network, "harm", 1, number=2)
    await good(network, "PATCH", case, {"weight": "harm"})
    assert (await ask(network, "PATCH", case, {"weight": "talk"})).status_code == 409
    found = await good(network, "GET", "/incidents", params={"site": "net.af.kabul"})
    assert found == [{"month": "2026-11", "weight": "harm", "state": "open", "cases": 2}]
