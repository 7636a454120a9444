"""Particulars of people: who sets them, who corrects them, who is told."""

from typing import Any

import pytest

from tests.service.intake.scenes import Start, coordinator, good, network, participant, registered, types

YOUNG = {"born_on": "2011-05-01", "lives_in": "GB-SCT", "lives_since": "2015-01-01"}


async def test_a_person_tells_them_once_and_staff_correct_them(running: Start) -> None:
    """Trap 10: nobody makes themself older; what is told names nothing of it."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    path = f"/people/{person}/particulars"
    assert (await participant(it, person).get(path)).status_code == 404
    assert good(await participant(it, person).put(path, json=YOUNG))["changed"]
    assert not good(await participant(it, person).put(path, json=YOUNG))["changed"]
    assert (await types(it)).count("profile.changed") == 1
    older = await participant(it, person).put(path, json={**YOUNG, "born_on": "1990-05-01"})
    assert older.status_code == 409
    assert "staff" in older.json()["detail"]
    assert good(await participant(it, person).put(path, json={**YOUNG, "lives_in": "KE"}))["changed"]
    assert good(await coordinator(it).put(path, json={**YOUNG, "born_on": "2011-06-01"}))["changed"]
    assert good(await participant(it, person).get(path)) == {**YOUNG, "born_on": "2011-06-01"}
    assert all(event.data.keys() == {"person", "site"} for event in (await it.emitted())[-3:])


async def test_two_at_once_do_not_overwrite_each_other(running: Start) -> None:
    """If-Match is heeded where it is sent."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    path = f"/people/{person}/particulars"
    seen = (await participant(it, person).put(path, json=YOUNG)).headers["ETag"]
    good(await coordinator(it).put(path, json={"born_on": "2011-05-02"}, headers={"If-Match": seen}))
    assert (await coordinator(it).put(path, json=YOUNG, headers={"If-Match": seen})).status_code == 412


@pytest.mark.parametrize(
    ("field", "value"),
    [("born_on", "2099-01-01"), ("born_on", "1800-01-01"), ("lives_in", "XX"), ("lives_in", "XX-ABC"),
     ("lives_in", "GB-scotland"), ("lives_since", "2099-01-01")],
)  # fmt: skip
async def test_what_cannot_be_is_refused_by_name(running: Start, field: str, value: Any) -> None:
    """At the door, and nothing is stored."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    answer = await participant(it, person).put(f"/people/{person}/particulars", json={**YOUNG, field: value})
    assert answer.status_code == 422
    assert field in answer.text
    assert (await participant(it, person).get(f"/people/{person}/particulars")).status_code == 404
