"""Criteria in versions: published by a network's administrator, in force for what is opened later, never changed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.screening.scenes import CLEAR, NEW_SET, know, only_case, pass_all, post, seen
from tests.service.screening.story import SITE, applies
from tests.support.running import BEGINNING, Running

FITS = {"decision": "clear", "criterion": "volunteer-fits"}


async def publish(it: Running, body: dict[str, Any], site: str = "net") -> tuple[int, dict[str, Any]]:
    """What an administrator's publishing is answered."""
    async with it.client(role="administrator", site=site) as http:
        answer = await http.post("/criteria-sets", json=body)
        return answer.status_code, answer.json()


async def names(it: Running, **query: str) -> list[tuple[str, int]]:
    """The criteria in force and their versions, as a screener at the site reads them."""
    async with it.client(role="screener", site=SITE) as http:
        return [(each["criterion"], each["version"]) for each in (await http.get("/criteria", params=query)).json()]


async def test_a_case_is_decided_by_what_stood_when_it_was_opened(it: Running) -> None:
    """R48: a set that was published afterwards is no criterion for those who applied before."""
    it.set_clock(BEGINNING + timedelta(days=1))
    assert (await publish(it, NEW_SET))[0] == 201
    await pass_all(it)
    status, problem = await post(it, "decision", FITS)
    assert status == 409
    assert "volunteer-suitable" in problem["detail"]
    status, detail = await post(it, "decision", CLEAR)
    assert (status, detail["criterion_version"]) == (200, 1)


async def test_a_programme_has_criteria_of_its_own(it: Running) -> None:
    """R49: whoever applies after the publishing is decided by the programme's set, and its version is kept."""
    it.set_clock(BEGINNING + timedelta(days=1))
    await publish(it, NEW_SET)
    async with it.client(role="screener", site=SITE) as http:
        first = (await only_case(it))["clearance"]
        await it.hear(applies(2, 2, "mentor-adult", "mentor"), time=BEGINNING + timedelta(days=2))
        await know(it)
        (later,) = [case for case in (await http.get("/cases")).json()["items"] if case["clearance"] != first]
        results = [{"check": check, "outcome": "passed"} for check in later["required"]]
        await http.post(f"/cases/{later['clearance']}/results", json={"results": results})
        assert (await http.post(f"/cases/{later['clearance']}/decision", json=CLEAR)).status_code == 409
        cited = (await http.post(f"/cases/{later['clearance']}/decision", json=FITS)).json()
        shown = (await http.get(f"/cases/{later['clearance']}/criteria")).json()
        before = (await http.get(f"/cases/{first}/criteria")).json()
    assert (cited["criterion"], cited["criterion_version"]) == ("volunteer-fits", 2)
    assert {each["version"] for each in shown} == {2}
    assert {each["version"] for each in before} == {1}


async def test_what_is_in_force_is_asked_by_programme_and_moment(it: Running) -> None:
    """R48, R49: a programme's newest, else the network's newest, else the set that all begin with."""
    for day, programme in ((1, None), (2, "first-steps"), (3, None)):
        it.set_clock(BEGINNING + timedelta(days=day))
        assert (await publish(it, NEW_SET | {"programme": programme}))[0] == 201
    assert {version for _, version in await names(it)} == {4}
    assert {version for _, version in await names(it, programme="first-steps")} == {3}
    assert {version for _, version in await names(it, programme="another")} == {4}
    early = (BEGINNING + timedelta(days=1, hours=1)).isoformat()
    assert {version for _, version in await names(it, programme="first-steps", at=early)} == {2}
    assert dict(await names(it, at=BEGINNING.isoformat()))["volunteer-suitable"] == 1


async def test_sets_published_at_once_get_versions_of_their_own(it: Running) -> None:
    """A version names one set, whatever happens at the same moment."""
    answers = await asyncio.gather(*(publish(it, NEW_SET) for _ in range(4)))
    assert sorted(body["version"] for _, body in answers) == [2, 3, 4, 5]
    async with it.client(role="screener", site=SITE) as http:
        first = (await http.get("/criteria-sets", params={"network": "net", "limit": 3})).json()
        rest = (await http.get("/criteria-sets", params={"network": "net", "cursor": first["next"]})).json()
    assert [each["version"] for each in (*first["items"], *rest["items"])] == [2, 3, 4, 5]


CRITERIA = NEW_SET["criteria"]
WRONG: dict[str, tuple[object, int]] = {
    "nothing that clears a volunteer": (CRITERIA[1:], 409),
    "one name twice": ([*CRITERIA, CRITERIA[1]], 409),
    "control characters": ([{**CRITERIA[0], "text": "a\x00b"}, *CRITERIA[1:]], 422),
}


@pytest.mark.parametrize(("criteria", "status"), WRONG.values(), ids=WRONG.keys())
async def test_a_set_by_which_nobody_could_decide_is_refused(it: Running, criteria: object, status: int) -> None:
    """R48: refused whole, and the one before stays in force."""
    assert (await publish(it, NEW_SET | {"criteria": criteria}))[0] == status
    assert {version for _, version in await names(it, programme="first-steps")} == {1}


async def test_only_a_networks_administrator_publishes(it: Running) -> None:
    """R48: not a site's, not a screener; and no other network's criteria are shown."""
    assert (await publish(it, NEW_SET, SITE))[0] == 403
    async with it.client(role="screener", site="net") as http:
        assert (await http.post("/criteria-sets", json=NEW_SET)).status_code == 403
        assert (await http.get("/criteria", params={"site": "other.place"})).status_code == 403
        assert (await http.get("/criteria-sets", params={"network": "other"})).status_code == 403
        assert (await http.get("/criteria", params={"at": "0001-01-01T00:00:00+14:00"})).status_code == 422
        cursor = "WzkyMjMzNzIwMzY4NTQ3NzU4MDdd"  # [9223372036854775807]
        found = await http.get("/criteria-sets", params={"network": "net", "cursor": cursor})
    assert found.json()["items"] == []


async def test_the_criteria_of_a_case_are_not_for_its_person(it: Running) -> None:
    """R54: what may be cited about somebody is not shown to them with the grant of a screener either."""
    case = await only_case(it)
    async with it.client(role="screener", site=SITE, person=new_id()) as http:
        assert (await http.get(f"/cases/{case['clearance']}/criteria")).status_code == 200
    own = (await seen(it))["person"]
    async with it.client(role="participant", site=SITE, person=own) as http:
        assert (await http.get(f"/cases/{case['clearance']}/criteria")).status_code == 403
