"""Renewals leave no gap; an appeal is heard once, by somebody else, and may open a case anew."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, know, only_case, pass_all, post, types
from tests.service.screening.story import SITE, identity
from tests.support.running import BEGINNING, Running

FIRST, SECOND = identity(0x51), identity(0x52)
SAFETY = {"criterion": "volunteer-safety"}
LAST = BEGINNING + timedelta(days=60)
APPEAL = {"said": "I was ill in those weeks, and my doctor says so."}
OVERTURNED = {"outcome": "overturned", "note": "The time is there from January on."}
UPHELD = {"outcome": "upheld", "note": "Nothing new was said."}


async def call(
    it: Running, method: str, path: str, body: dict[str, Any] | None = None, *, person: UUID, staff: bool = True
) -> tuple[int, dict[str, Any]]:
    """What a call is answered, of a screener or of the person."""
    async with it.client(role="screener" if staff else "participant", site=SITE, person=person) as http:
        answer = await http.request(method, path, json=body)
        return answer.status_code, answer.json()


async def clear_all(it: Running, clearance: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """Pass what a case asks for and clear it."""
    await know(it)
    case = (await call(it, "GET", f"/cases/{clearance}", person=FIRST))[1]
    have = {each["check"] for each in case["results"]}
    results = [{"check": check, "outcome": "passed", **more} for check in case["required"] if check not in have]
    if results:
        await call(it, "POST", f"/cases/{clearance}/results", {"results": results}, person=FIRST)
    return await call(it, "POST", f"/cases/{clearance}/decision", CLEAR, person=FIRST)


async def cleared(it: Running) -> str:
    """The case, cleared until the sixtieth day; identity is known for two years, the interview has no end."""
    await know(it)
    case = str((await only_case(it))["clearance"])
    identity_check = {"check": "identity", "outcome": "passed", "valid_until": str((LAST + 600 * DAY).date())}
    await post(it, "results", {"results": [identity_check, {"check": "interview", "outcome": "passed"}]})
    assert (await post(it, "decision", CLEAR | {"valid_until": str(LAST.date())}))[0] == 200
    return case


DAY = timedelta(days=1)


async def test_a_renewed_clearance_stands_before_the_old_one_ends(it: Running) -> None:
    """R29: what still stands is taken over, the rest is done anew; then there are two clearances until the old ends."""
    old = await cleared(it)
    status, new = await call(it, "POST", f"/cases/{old}/renewal", person=PERSON, staff=False)
    assert (status, new["state"], new["follows"]) == (201, "open", old)
    status, again = await call(it, "POST", f"/cases/{old}/renewal", person=PERSON, staff=False)
    assert (status, again["clearance"]) == (200, new["clearance"])
    detail = (await call(it, "GET", f"/cases/{new['clearance']}", person=FIRST))[1]
    assert [each["check"] for each in detail["results"]] == ["identity"]
    it.set_clock(BEGINNING + 31 * DAY)
    await it.fire()
    assert (await clear_all(it, new["clearance"]))[1]["state"] == "cleared"
    assert await types(it) == ["screening.cleared.v1", "clearance.expiring.v1", "screening.cleared.v1"]
    it.set_clock(LAST + DAY)
    await it.fire()
    told = await it.emitted()
    assert [each.type for each in told[3:]] == ["rapport.clearance.ended.v1"]  # no notice of what was renewed
    assert (told[3].data["clearance"], told[2].data["clearance"]) == (old, new["clearance"])
    assert told[2].data["application"] == told[0].data["application"]


async def test_renewing_at_once_opens_one_case(it: Running) -> None:
    """Two clicks are one renewal."""
    old = await cleared(it)
    path = f"/cases/{old}/renewal"
    answers = await asyncio.gather(*(call(it, "POST", path, person=PERSON, staff=False) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201]
    assert len({body["clearance"] for _, body in answers}) == 1


async def test_what_is_withdrawn_is_withdrawn_with_its_renewal(it: Running) -> None:
    """Trap 7: nobody goes on under the other clearance of the same application."""
    old = await cleared(it)
    new = (await call(it, "POST", f"/cases/{old}/renewal", person=PERSON, staff=False))[1]["clearance"]
    await clear_all(it, new)
    await call(it, "POST", f"/cases/{old}/withdrawal", SAFETY, person=FIRST)
    assert sorted(await types(it)) == ["clearance.ended.v1"] * 2 + ["screening.cleared.v1"] * 2
    assert (await call(it, "GET", f"/cases/{new}", person=FIRST))[1]["ending_criterion"] == "volunteer-safety"


async def test_a_renewal_is_the_persons_own_and_in_time(it: Running) -> None:
    """R29: not a screener's; not of an open case; not a year ahead; and not twice."""
    case = str((await only_case(it))["clearance"])
    path = f"/cases/{case}/renewal"
    assert (await call(it, "POST", path, person=PERSON, staff=False))[0] == 409
    await pass_all(it)
    await post(it, "decision", CLEAR)
    assert (await call(it, "POST", path, person=PERSON, staff=False))[0] == 409
    assert (await call(it, "POST", path, person=FIRST))[0] == 403
    it.set_clock(BEGINNING + 300 * DAY)
    status, new = await call(it, "POST", path, person=PERSON, staff=False)
    assert status == 201
    await clear_all(it, new["clearance"])
    assert (await call(it, "POST", path, person=PERSON, staff=False))[0] == 409


async def test_an_overturned_refusal_opens_a_case_anew(it: Running) -> None:
    """R48: by somebody who took no part; results stand, the criteria are those of before, the refusal stays told."""
    old = str((await only_case(it))["clearance"])
    await pass_all(it)
    await post(it, "decision", DECLINE, person=FIRST)
    assert (await call(it, "POST", f"/cases/{old}/appeal", APPEAL, person=PERSON, staff=False))[0] == 201
    async with it.client(role="screener", site=SITE) as http:
        assert [each["said"] for each in (await http.get("/appeals")).json()["items"]] == [APPEAL["said"]]
    status, problem = await call(it, "POST", f"/cases/{old}/appeal/outcome", OVERTURNED, person=FIRST)
    assert status == 409
    assert "took part" in problem["detail"]
    for _ in range(2):
        status, heard = await call(it, "POST", f"/cases/{old}/appeal/outcome", OVERTURNED, person=SECOND)
        assert status == 200
    new = (await call(it, "GET", f"/cases/{heard['following']}", person=FIRST))[1]
    assert (new["state"], new["follows"], len(new["results"])) == ("open", old, 2)
    assert (await clear_all(it, heard["following"]))[1]["state"] == "cleared"
    assert await types(it) == ["screening.declined.v1", "screening.cleared.v1"]
    async with it.client(role="screener", site=SITE) as http:
        assert (await http.get("/appeals")).json()["items"] == []
        assert len((await http.get("/queue")).json()["items"]) == 0


async def test_an_appeal_is_made_once_in_time_by_the_person(it: Running) -> None:
    """R48: not for somebody, not against an open case, not twice, not after thirty days; upheld is the end of it."""
    case = str((await only_case(it))["clearance"])
    path = f"/cases/{case}/appeal"
    assert (await call(it, "POST", path, APPEAL, person=PERSON, staff=False))[0] == 409
    await post(it, "decision", DECLINE, person=FIRST)
    assert (await call(it, "POST", path, APPEAL, person=FIRST))[0] == 403
    assert (await call(it, "GET", path, person=FIRST))[0] == 404
    for _ in range(2):
        assert (await call(it, "POST", path, APPEAL, person=PERSON, staff=False))[0] in (200, 201)
    assert (await call(it, "POST", path, {"said": "And besides."}, person=PERSON, staff=False))[0] == 409
    assert (await call(it, "POST", f"{path}/outcome", UPHELD, person=PERSON))[0] == 409
    assert (await call(it, "POST", f"{path}/outcome", UPHELD, person=SECOND))[0] == 200
    assert (await call(it, "POST", f"{path}/outcome", OVERTURNED, person=SECOND))[0] == 409
    shown = (await call(it, "GET", path, person=PERSON, staff=False))[1]
    assert (shown["outcome"], shown["note"], shown["heard_by"], shown["following"]) == ("upheld", None, None, None)
    assert await types(it) == ["screening.declined.v1"]


@pytest.mark.parametrize("late", [30, 31])
async def test_an_ended_clearance_may_be_appealed_for_thirty_days(it: Running, late: int) -> None:
    """R48: what ended by a decision; and after its time nobody reads it."""
    case = await cleared(it)
    await post(it, "withdrawal", SAFETY, person=FIRST)
    it.set_clock(BEGINNING + late * DAY)
    status, _ = await call(it, "POST", f"/cases/{case}/appeal", APPEAL, person=PERSON, staff=False)
    assert status == (201 if late == 30 else 409)


async def test_a_clearance_that_ran_out_is_not_appealed(it: Running) -> None:
    """R29: it is screened again instead."""
    case = await cleared(it)
    it.set_clock(LAST + DAY)
    await it.fire()
    assert (await call(it, "POST", f"/cases/{case}/appeal", APPEAL, person=PERSON, staff=False))[0] == 409
