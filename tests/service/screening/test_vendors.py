"""Record checks through a vendor, over real HTTP with a vendor that errs: ordered, reported, lost, garbled, late."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from shared.access import Role
from shared.ids import new_id
from tests.service.screening.scenes import PERSON, acts, only_case, post
from tests.service.screening.story import SITE, gives_up
from tests.service.screening.vendor_scenes import CHECK, SCREENER, Factory, Scene, beside_a_vendor
from tests.support.running import BEGINNING
from tests.support.vendor import Fault, send

RECORD = {"name": "Amina Example", "convictions": ["theft, 2011"]}
"""What a vendor should never send, and sends."""


@pytest.fixture
async def scene(running: Factory, tmp_path: Path) -> AsyncIterator[Scene]:
    """An open case beside a vendor that does its record check."""
    async with beside_a_vendor(running, tmp_path) as found:
        yield found


async def everything(scene: Scene) -> str:
    """All that the database holds of vendors and results, as text."""
    async with scene.it.service.sessions() as session:
        rows = [
            (await session.execute(text(f"SELECT * FROM {table}"))).all()
            for table in ("vendor_order", "check_result", "case_act", "adverse_action", "idempotency")
        ]
    return str(rows)


async def state(scene: Scene) -> tuple[Any, ...]:
    """What came of reports, but for times."""
    order, result, step = await scene.only_order(), (await scene.results()).get(CHECK), await scene.step()
    kept = {name: result[name] for name in ("outcome", "valid_until", "reference", "recorded_by")} if result else None
    return order["state"], order["outcome"], order["reference"], order["reported_on"], kept, step["state"]


async def test_an_order_tells_the_vendor_nothing_about_the_person(scene: Scene) -> None:
    """Art. 10, and no name on any wire: the vendor hears an opaque number, the check and the place, signed.

    The person gives their details themself at the vendor's address, which nobody else is shown.
    """
    order = await scene.order()
    assert await scene.call() == 1
    assert scene.vendor.orders == {order: {"order": order, "check": CHECK, "place": "US-TX"}}
    assert scene.vendor.unsigned == 0
    (own,) = await scene.good("GET", "vendor-orders", person=True)
    assert own["invitation"] == f"{scene.vendor.url}/give/{order}"
    assert (await scene.only_order())["invitation"] is None


async def test_a_clear_report_passes_the_check_and_is_kept_in_three_facts(scene: Scene) -> None:
    """GDPR art. 10: outcome, reference and date, never the record; whatever else comes is dropped."""
    order = await scene.order()
    await scene.call()
    answer = await send(scene.url, {"order": order, "outcome": "clear", "reference": "R-9", "reported_on": "2026-11-02",
                                    "record": RECORD})  # fmt: skip
    assert (answer.status_code, answer.content) == (204, b"")
    result = (await scene.results())[CHECK]
    assert (result["outcome"], result["reference"], result["recorded_by"]) == ("passed", "R-9", "vendor")
    assert result["valid_until"] == "2027-11-02"
    assert (await scene.step())["state"] == "done"
    kept = await everything(scene)
    assert "Amina" not in kept
    assert "theft" not in kept
    assert scene.vendor.url not in kept, "the invitation is of no use any more"


async def test_what_a_vendor_finds_refuses_nobody(scene: Scene) -> None:
    """Nobody is refused by a rule alone: a report for review leaves the check open, and a person judges it (R42)."""
    order = await scene.order()
    await scene.call()
    await send(scene.url, scene.vendor.finds(order, "review"))
    assert (await only_case(scene.it))["state"] == "open"
    assert CHECK not in await scene.results()
    assert (await scene.step())["state"] == "to-do"
    status, _ = await post(scene.it, "results", {"results": [{"check": CHECK, "outcome": "passed"}]})
    assert status == 200
    assert (await scene.results())[CHECK]["recorded_by"] != "vendor"


async def test_a_check_that_could_not_be_done_goes_back_to_staff(scene: Scene) -> None:
    """It is nobody's fault and no result; another order may follow, or a result of elsewhere."""
    order = await scene.order()
    await scene.call()
    await send(scene.url, scene.vendor.finds(order, "impossible"))
    assert (await scene.step())["state"] == "to-do"
    assert CHECK not in await scene.results()
    assert (await scene.ask("POST", "vendor-orders", {"check": CHECK}))[0] == 201


REPORTS = [
    {"outcome": "clear", "reference": "R-1", "reported_on": "2026-11-01"},
    {"outcome": "review", "reference": "R-2", "reported_on": "2026-11-01"},
    {"outcome": "clear", "reference": "R-3", "reported_on": "2026-11-02"},
]


@pytest.mark.parametrize("way", list(itertools.permutations(range(3))), ids=lambda way: "-".join(map(str, way)))
async def test_reports_in_any_order_and_repeated_end_alike(scene: Scene, way: tuple[int, ...]) -> None:
    """Webhooks come twice, late and in any order: the latest day counts, of one day the most cautious report."""
    order = await scene.order()
    await scene.call()
    for number in (*way, way[0]):
        assert (await send(scene.url, {"order": order, **REPORTS[number]})).status_code == 204
    passed = {"outcome": "passed", "reference": "R-3", "valid_until": "2027-11-02", "recorded_by": "vendor"}
    assert await state(scene) == ("reported", *REPORTS[2].values(), passed, "done")


@pytest.mark.parametrize("way", [(0, 1), (1, 0)], ids=["found-later", "found-first"])
async def test_what_is_found_on_the_same_day_takes_a_pass_back(scene: Scene, way: tuple[int, ...]) -> None:
    """The more cautious report of a day counts in either order, and no pass of the vendor's is left beside it."""
    order = await scene.order()
    await scene.call()
    for number in way:
        assert (await send(scene.url, {"order": order, **REPORTS[number]})).status_code == 204
    assert await state(scene) == ("reported", *REPORTS[1].values(), None, "to-do")


async def test_a_report_before_the_order_was_answered_stands(scene: Scene) -> None:
    """The webhook may overtake the answer to our own call; the same report twice is one act."""
    order = await scene.order()
    for _ in range(2):
        assert (await send(scene.url, scene.vendor.finds(order, "clear"))).status_code == 204
    assert await scene.call() == 0
    assert (await scene.only_order())["state"] == "reported"
    assert (await acts(scene.it)).count("reported") == 1


async def test_a_person_s_own_result_stands(scene: Scene) -> None:
    """What a screener recorded is never overwritten by a vendor; the report is kept beside it."""
    order = await scene.order()
    await scene.call()
    await post(scene.it, "results", {"results": [{"check": CHECK, "outcome": "failed", "reference": "By letter"}]})
    await send(scene.url, scene.vendor.finds(order, "clear"))
    assert (await scene.results())[CHECK]["outcome"] == "failed"
    assert (await scene.only_order())["outcome"] == "clear"


async def test_a_lost_webhook_is_found_by_asking(scene: Scene) -> None:
    """The vendor is asked after a day, then at longer waits, and no more once it reported."""
    order = await scene.order()
    await scene.call()
    scene.at(1)
    assert (await scene.it.fire(), await scene.call()) == (1, 1)
    assert (await scene.only_order())["state"] == "sent"
    scene.vendor.finds(order, "clear", "2026-11-04", record=RECORD)
    scene.at(3)
    assert (await scene.it.fire(), await scene.call()) == (1, 1)
    assert (await scene.results())[CHECK]["outcome"] == "passed"
    assert "theft" not in await everything(scene)
    scene.at(300)
    await scene.it.fire()
    assert await scene.call() == 0


async def test_silence_stalls_the_step_with_an_owner(scene: Scene) -> None:
    """Asking is bounded: after four weeks the step stalls, with whoever ordered; a late report is still taken."""
    order = await scene.order()
    await scene.call()
    calls = 0
    for day in range(1, 60):
        scene.at(day)
        await scene.it.fire()
        calls += await scene.call()
    assert calls == 5
    step = await scene.step()
    assert (step["stalled"], step["taken_by"], step["state"]) == (True, str(SCREENER), "to-do")
    assert (await scene.only_order())["state"] == "stalled"
    await send(scene.url, scene.vendor.finds(order, "clear"))
    assert (await scene.step())["state"] == "done"


@pytest.mark.parametrize("fault", ["away", "slow", "garbage", "long", "elsewhere", "refuses"])
async def test_a_vendor_that_errs_breaks_nothing(scene: Scene, fault: Fault) -> None:
    """5xx, silence, garbage, floods and addresses elsewhere: tried again at longer waits, then it works."""
    order = await scene.order()
    scene.vendor.fault = fault
    assert await scene.call() == 1
    assert (await scene.only_order())["state"] == "to-send"
    assert await scene.call() == 0, "not before its time"
    scene.it.set_clock(BEGINNING + timedelta(minutes=1))
    assert (await scene.it.fire(), await scene.call()) == (1, 1)
    scene.vendor.fault = None
    scene.it.set_clock(BEGINNING + timedelta(minutes=11))
    assert (await scene.it.fire(), await scene.call()) == (1, 1)
    assert (await scene.only_order())["state"] == "sent"
    assert [each for each in scene.vendor.calls if each != ("order", order)] == []


async def test_a_vendor_that_stays_away_stalls_the_step(scene: Scene) -> None:
    """Six tries within a good day; then the step is work again, and staff may order anew or enter by hand."""
    await scene.order()
    scene.vendor.fault = "away"
    calls = await scene.call()
    for hour in range(1, 80):
        scene.it.set_clock(BEGINNING + timedelta(hours=hour))
        await scene.it.fire()
        calls += await scene.call()
    assert calls == 6
    assert (await scene.step())["stalled"]
    assert (await scene.ask("POST", "vendor-orders", {"check": CHECK}))[0] == 201


@pytest.mark.parametrize("fault", ["garbage", "slow", "away"])
async def test_garbage_instead_of_a_report_is_no_report(scene: Scene, fault: Fault) -> None:
    """An answer that cannot be read is asked for again."""
    order = await scene.order()
    await scene.call()
    scene.vendor.finds(order, "clear")
    scene.vendor.fault = fault
    scene.at(1)
    await scene.it.fire()
    await scene.call()
    assert (await scene.only_order())["state"] == "sent"
    scene.vendor.fault = None
    scene.at(3)
    await scene.it.fire()
    await scene.call()
    assert (await scene.only_order())["outcome"] == "clear"


async def test_only_the_vendor_s_signature_opens_the_door(scene: Scene) -> None:
    """Another key, an old message, an altered one, none: 401 each, and nothing is stored."""
    order = await scene.order()
    report = scene.vendor.finds(order, "clear")
    assert (await send(scene.url, report, key="another-key-of-the-same-good-length")).status_code == 401
    assert (await send(scene.url, report, late=301)).status_code == 401
    assert (await send(scene.url, report, late=-330)).status_code == 401
    async with scene.it.client() as http:
        assert (await http.post("/vendor/reports", json=report)).status_code == 401
        for moment in ("", "x", "9" * 400, "-1"):
            headers = {"Rapport-Timestamp": moment, "Rapport-Signature": "v1=00"}
            assert (await http.post("/vendor/reports", json=report, headers=headers)).status_code == 401
    assert (await scene.only_order())["outcome"] is None
    old = "an-older-key-that-is-still-being-read"
    assert (await send(scene.url, report, key=old, late=299)).status_code == 204


async def test_an_unknown_order_is_told_nothing(scene: Scene) -> None:
    """404 with the same words as where no vendor is set."""
    known = await send(scene.url, scene.vendor.finds(str(new_id()), "clear"))
    assert (known.status_code, known.json()["detail"]) == (404, "There is no such order.")


GARBAGE: list[Any] = [
    b"", b"\xff", b"[]", b"null", b"[" * 50_000, {}, {"order": "x"}, {"outcome": "guilty"}, {"reference": ""},
    {"reference": "a\x00b"}, {"reference": "x" * 201}, {"reference": 7}, {"reported_on": "2026-11-04"},
    {"reported_on": "1999-12-31"}, {"reported_on": "9999-12-31"}, {"reported_on": None}, {"order": None},
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(GARBAGE)))
async def test_a_signed_report_that_is_none_is_refused_at_the_door(scene: Scene, number: int) -> None:
    """422 with the field named and no value; nothing half stored, never a 5xx."""
    order = await scene.order()
    wrong = GARBAGE[number]
    report = wrong if isinstance(wrong, bytes) or not wrong else {**scene.vendor.finds(order, "clear"), **wrong}
    answer = await send(scene.url, report)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"]
    assert "guilty" not in answer.text.replace("'clear', 'review' or 'impossible'", "")
    assert (await scene.only_order())["outcome"] is None


async def test_nothing_is_kept_of_a_case_that_needs_nothing_any_more(scene: Scene) -> None:
    """An application that is not pursued: the vendor is not called again, and what it sends is not kept."""
    order = await scene.order()
    await scene.it.hear(gives_up(1, 1, "mentor-adult", "mentor"), sequence=2)
    assert await scene.call() == 1
    assert scene.vendor.calls == []
    assert (await send(scene.url, scene.vendor.finds(order, "review"))).status_code == 204
    assert (await scene.only_order())["outcome"] is None
    assert (await scene.only_order())["state"] == "dropped"


async def test_an_order_waits_for_the_authorisation(scene: Scene) -> None:
    """Where a law asks for adverse action the person authorises first, by a disclosure that stands alone."""
    status, said = await scene.ask("POST", "vendor-orders", {"check": CHECK})
    assert (status, "disclosure" in said["detail"]) == (409, True)
    shown = await scene.good("GET", "adverse-action", person=True)
    assert (shown["asked"], shown["authorised_at"]) == (True, None)
    assert shown["disclosure"]
    await scene.order()
    assert (await scene.ask("POST", "vendor-orders", {"check": CHECK}))[0] == 409, "one at a time"


async def test_only_checks_of_the_case_that_the_vendor_does_are_ordered(scene: Scene) -> None:
    """R35: nothing that the case does not ask for; nor what the vendor does not do."""
    await scene.authorise()
    assert (await scene.ask("POST", "vendor-orders", {"check": "credit-check"}))[0] == 409
    status, said = await scene.ask("POST", "vendor-orders", {"check": "identity"})
    assert (status, "by hand" in said["detail"]) == (409, True)


async def test_without_a_vendor_staff_enter_results_by_hand(it: Any) -> None:
    """Off by default: nothing can be ordered, no report is taken, and no law of vendors holds."""
    status, said = await post(it, "vendor-orders", {"check": "identity"})
    assert (status, "by hand" in said["detail"]) == (409, True)
    async with it.client() as http:
        answer = await http.post("/vendor/reports", json={"order": str(new_id()), "outcome": "clear"})
        assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such order.")
    assert [sender.name for sender in it.service.senders] == ["facts"]
    assert (await post(it, "results", {"results": [{"check": "identity", "outcome": "passed"}]}))[0] == 200


async def test_a_vendor_serves_its_places_alone(running: Factory, tmp_path: Path) -> None:
    """A place beside the one that is set is served by nobody: its name begins alike, and that is all."""
    async with beside_a_vendor(running, tmp_path, checks=f"net.af.kab:{CHECK} net.ke:{CHECK}") as scene:
        assert (await scene.good("GET", "adverse-action"))["asked"] is False
        assert (await scene.ask("POST", "vendor-orders", {"check": CHECK}))[0] == 409


async def test_the_person_sees_no_outcome(scene: Scene) -> None:
    """What was found is for screeners; the person and who is close to them see that a report came."""
    order = await scene.order()
    await scene.call()
    await send(scene.url, scene.vendor.finds(order, "review"))
    roles: tuple[Role, ...] = ("participant", "screener")
    for role in roles:
        async with scene.it.client(role=role, site=SITE, person=PERSON) as http:
            (own,) = (await http.get(f"/cases/{scene.case}/vendor-orders")).json()
        assert (own["outcome"], own["reference"], own["reported_on"], own["ordered_by"]) == (None,) * 4
