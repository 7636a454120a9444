"""Adverse action: nobody is refused over a vendor's report before notice, report, waiting time and final notice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, acts, only_case, post, types
from tests.service.screening.story import SITE
from tests.service.screening.vendor_scenes import CHECK, SAFETY, Factory, Scene, beside_a_vendor, pass_the_rest
from tests.support.vendor import send

MAIL = {"how": "e-mail"}


@pytest.fixture
async def scene(running: Factory, tmp_path: Path) -> AsyncIterator[Scene]:
    """A case in which the vendor found something, on a Monday."""
    async with beside_a_vendor(running, tmp_path) as found:
        await reported(found)
        yield found


async def reported(scene: Scene, outcome: str = "review") -> str:
    """The vendor was asked and reported."""
    order = await scene.order()
    await scene.call()
    assert (await send(scene.url, scene.vendor.finds(order, outcome))).status_code == 204
    return order


async def refuse(scene: Scene, body: dict[str, Any] = SAFETY) -> tuple[int, str]:
    """What a screener is answered who decides so."""
    status, said = await post(scene.it, "decision", body)
    return status, said.get("detail", "")


async def do(scene: Scene, what: str, body: Any = None, *, person: bool = False) -> dict[str, Any]:
    """One more thing is done before the refusal."""
    found: dict[str, Any] = await scene.good("POST", f"adverse-action/{what}", body, person=person)
    return found


async def test_a_refusal_waits_for_everything_that_comes_before_it(scene: Scene) -> None:
    """The pack's rule in order: notice with the report, five business days, the final notice; then a person decides.

    409 names what is missing each time; nobody is refused by a rule alone.
    """
    for day, missing, done in (
        (0, "The notice", ("notice", MAIL)),
        (0, "business days", None),
        (7.6, "business days", None),
        (8, "final notice", ("final-notice", {"how": "post"})),
    ):
        scene.at(day)
        status, why = await refuse(scene)
        assert (status, missing in why) == (409, True), (day, why)
        if done:
            await do(scene, *done)
    assert (await refuse(scene))[0] == 200
    assert (await only_case(scene.it))["state"] == "declined"
    assert await types(scene.it) == ["screening.declined.v1"]
    assert (await acts(scene.it))[-3:] == ["noticed", "final-notice", "declined"]


async def test_nothing_can_be_done_before_its_turn(scene: Scene) -> None:
    """The final notice before the notice or within the waiting time is refused, a dispute of nothing too."""
    for what in ("final-notice", "dispute"):
        assert (await scene.ask("POST", f"adverse-action/{what}", MAIL if what != "dispute" else None))[0] == 409
    await do(scene, "notice", MAIL)
    assert (await scene.ask("POST", "adverse-action/final-notice", MAIL))[0] == 409
    assert (await scene.ask("POST", "adverse-action/settlement", {"outcome": "stands"}))[0] == 409


async def test_a_refusal_over_time_or_skill_is_not_held_up(scene: Scene) -> None:
    """No report speaks of somebody's time: a criterion that does not rest on it decides at once (trap 15)."""
    assert (await refuse(scene, DECLINE))[0] == 200


async def test_a_dispute_stops_the_waiting_until_somebody_settles_it(scene: Scene) -> None:
    """Days of a dispute do not count, and those before it do; the person disputes, a screener settles."""
    await do(scene, "notice", MAIL)
    scene.at(3)  # Thursday: Tuesday and Wednesday passed
    shown = await do(scene, "dispute", person=True)
    assert "dispute_outcome" not in shown
    scene.at(30)
    assert "dispute" in (await refuse(scene))[1]
    assert (await scene.ask("POST", "adverse-action/final-notice", MAIL))[0] == 409
    settled = await do(scene, "settlement", {"outcome": "stands"})  # a Wednesday
    assert (settled["next"], settled["days_left"]) == ("waiting", 3)
    scene.at(34)
    assert "business days" in (await refuse(scene))[1]
    scene.at(36)  # Thursday, Friday, Monday and no other day passed since
    await do(scene, "final-notice", MAIL)
    assert (await refuse(scene))[0] == 200


async def test_of_a_corrected_report_a_new_notice_is_due(scene: Scene) -> None:
    """What was wrong is no reason; a refusal that rests on what is left begins anew."""
    await do(scene, "notice", MAIL)
    await do(scene, "dispute", person=True)
    shown = await do(scene, "settlement", {"outcome": "corrected"})
    assert (shown["next"], shown["noticed_at"]) == ("notice", None)
    scene.at(40)
    assert "notice" in (await refuse(scene))[1]


async def test_a_newer_report_needs_a_notice_of_its_own(scene: Scene) -> None:
    """The person saw the old one alone."""
    await do(scene, "notice", MAIL)
    scene.at(1)
    (order,) = await scene.good("GET", "vendor-orders")
    newer = scene.vendor.finds(order["order"], "review", "2026-11-03", reference="R-2")
    assert (await send(scene.url, newer)).status_code == 204
    scene.at(20)
    assert "notice" in (await refuse(scene))[1].lower()
    assert (await do(scene, "notice", MAIL))["days_left"] == 5


async def test_what_a_person_judged_good_enough_holds_nothing_up(scene: Scene) -> None:
    """A screener looked at what was found and passed the check; the person may be cleared."""
    await post(scene.it, "results", {"results": [{"check": CHECK, "outcome": "passed"}]})
    assert (await scene.good("GET", "adverse-action"))["next"] is None
    assert (await scene.ask("POST", "adverse-action/notice", MAIL))[0] == 409
    await pass_the_rest(scene)
    assert (await refuse(scene, CLEAR))[0] == 200


async def test_a_clear_report_that_a_person_took_for_failed_holds_a_refusal_up(
    running: Factory, tmp_path: Path
) -> None:
    """Whatever the vendor called it, the refusal rests on its report."""
    async with beside_a_vendor(running, tmp_path) as scene:
        await reported(scene, "clear")
        assert (await scene.good("GET", "adverse-action"))["next"] is None
        await post(scene.it, "results", {"results": [{"check": CHECK, "outcome": "failed"}]})
        assert (await refuse(scene))[0] == 409


async def test_a_check_that_could_not_be_done_holds_nothing_up(running: Factory, tmp_path: Path) -> None:
    """There is no report to rest on."""
    async with beside_a_vendor(running, tmp_path) as scene:
        await reported(scene, "impossible")
        await post(scene.it, "results", {"results": [{"check": CHECK, "outcome": "failed"}]})
        assert (await refuse(scene))[0] == 200


async def test_a_second_person_cannot_agree_while_a_dispute_stands(running: Factory, tmp_path: Path) -> None:
    """What the refusal rests on is looked at anew at the agreement; the person may dispute while it waits."""
    async with beside_a_vendor(running, tmp_path, tier="comprehensive") as scene:
        await reported(scene)
        await do(scene, "notice", MAIL)
        scene.at(8)
        await do(scene, "final-notice", MAIL)
        assert (await refuse(scene))[0] == 200
        assert (await only_case(scene.it))["state"] == "proposed"
        await do(scene, "dispute", person=True)
        agreement = {"agrees": True}
        status, said = await post(scene.it, "decision/agreement", agreement, person=new_id())
        assert (status, "dispute" in said["detail"]) == (409, True)
        await do(scene, "settlement", {"outcome": "stands"})
        assert (await post(scene.it, "decision/agreement", agreement, person=new_id()))[0] == 200


async def test_what_is_recorded_twice_is_recorded_once(scene: Scene) -> None:
    """Sent again, each act is answered as it stands, and the first date stays."""
    first = await do(scene, "notice", MAIL)
    scene.at(1)
    assert (await do(scene, "notice", MAIL))["noticed_at"] == first["noticed_at"]
    await do(scene, "dispute", person=True)
    await do(scene, "dispute", person=True)
    for _ in range(2):
        await do(scene, "settlement", {"outcome": "stands"})
    assert (await scene.ask("POST", "adverse-action/settlement", {"outcome": "corrected"}))[0] == 409
    scene.at(20)
    for _ in range(2):
        await do(scene, "final-notice", MAIL)
    done = await acts(scene.it)
    assert [done.count(act) for act in ("noticed", "disputed", "dispute-settled", "final-notice")] == [1] * 4


async def test_only_screeners_write_letters_and_only_they_see_who_did(scene: Scene) -> None:
    """The person sees what was done and when, and reads the disclosure alone: no letter stands beside it."""
    await do(scene, "notice", MAIL)
    for what, body in (("notice", MAIL), ("settlement", {"outcome": "corrected"}), ("final-notice", MAIL)):
        assert (await scene.ask("POST", f"adverse-action/{what}", body, person=True))[0] == 403
    own = await scene.good("GET", "adverse-action", person=True)
    assert own["noticed_at"]
    assert own.keys().isdisjoint(("noticed_by", "next", "notice", "final_notice", "days_left"))
    async with scene.it.client(role="screener", site="net.ke") as http:
        assert (await http.get(f"/cases/{scene.case}/adverse-action")).status_code == 404
    async with scene.it.client(role="screener", site=SITE, person=PERSON) as http:
        answer = await http.post(f"/cases/{scene.case}/adverse-action/notice", json=MAIL)
        assert answer.status_code == 409, "nobody works on their own case"


async def test_no_event_speaks_of_reports_or_letters(scene: Scene) -> None:
    """Never which checks were done, never a reason: all that is told is that the person was declined."""
    await do(scene, "notice", MAIL)
    scene.at(8)
    await do(scene, "final-notice", MAIL)
    await refuse(scene)
    told = str([envelope.model_dump(mode="json") for envelope in await scene.it.emitted()])
    assert not any(word in told for word in ("vendor", "R-1", "record", "notice", "adverse"))
