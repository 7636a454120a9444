"""Reading what became of mails, and deciding about those cut off."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts import RoleKind
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    DARIA,
    Factory,
    Scene,
    applied,
    change,
    cleared,
    mails,
    number,
    overdue,
    sent,
    settled,
    states,
    step,
)
from tests.support.running import BEGINNING, Running


async def listed(it: Running, **query: Any) -> dict[str, Any]:
    async with it.client(role="operator", site="*") as client:
        answer = await client.get("/mails", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(it: Running, mail: object, outcome: str) -> tuple[int, dict[str, Any]]:
    async with it.client(role="operator", site="*") as client:
        answer = await client.post(f"/mails/{mail}/resolution", json={"outcome": outcome})
    return answer.status_code, answer.json()


async def test_pages_show_every_mail_once_newest_first(running: Factory) -> None:
    """Keyset paging, also among mails of the same moment."""
    it = await running("notify")
    for each in range(31, 38):
        await it.hear(sent(number(each)), time=BEGINNING + timedelta(minutes=each // 3))
    seen, cursor = [], None
    while True:
        page = await listed(it, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert len({item["mail"] for item in seen}) == len(seen) == 7
    assert [item["caused_at"] for item in seen] == sorted((item["caused_at"] for item in seen), reverse=True)


async def test_filters_narrow_the_list(running: Factory) -> None:
    """By state, person and kind, and all of them at once."""
    it = await running("notify")
    for event in (
        applied(AMINA),
        cleared(BORIS, RoleKind.MENTEE),
        sent(recipients=(BORIS, CLARE)),
        overdue(debtor=DARIA),
    ):
        await it.hear(event)
    await it.hear(settled(debtor=DARIA), sequence=2)
    assert [item["kind"] for item in (await listed(it, person=str(AMINA)))["items"]] == ["application-received"]
    assert {item["person"] for item in (await listed(it, kind="message-waiting"))["items"]} == {str(BORIS), str(CLARE)}
    assert [item["person"] for item in (await listed(it, state="superseded"))["items"]] == [str(DARIA)]
    assert (await listed(it, state="waiting", kind="admitted", person=str(CLARE)))["items"] == []


@pytest.mark.parametrize("query", [{"state": "lost"}, {"kind": "x"}, {"person": "x"}, {"cursor": "x"}, {"limit": 0}])
async def test_a_filter_that_means_nothing_is_refused(running: Factory, query: dict[str, Any]) -> None:
    """An error names the field."""
    it = await running("notify")
    async with it.client(role="operator", site="*") as client:
        answer = await client.get("/mails", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(query))


async def test_a_person_may_say_that_it_arrived(running: Factory) -> None:
    """Section 6: unknown ends by a person's decision; the same decision again changes nothing."""
    it = await running("notify")
    await it.hear(sent())
    await change(it, state="unknown", tried_at=BEGINNING)
    (row,) = await mails(it)
    status, body = await decide(it, row.mail, "sent")
    assert (status, body["state"], body["resolution"]) == (200, "sent", "sent")
    assert body["resolved_by"]
    it.set_clock(BEGINNING + timedelta(hours=1))
    assert await decide(it, row.mail, "sent") == (200, body)
    assert (await decide(it, row.mail, "retry"))[0] == 409


async def test_a_person_may_have_it_sent_again(scene: Scene) -> None:
    """Section 6: a second mail is a person's decision, and has the same Message-ID."""
    scene.host.hang_up_at = "END"
    await scene.it.hear(sent())
    await step(scene.it)
    (row,) = await mails(scene.it)
    status, body = await decide(scene.it, row.mail, "retry")
    assert (status, body["state"]) == (200, "waiting")
    scene.host.hang_up_at = None
    assert await step(scene.it) == 1
    assert scene.host.message_ids() == [f"<{row.mail}@rapport.invalid>"]
    status, body = await decide(scene.it, row.mail, "retry")
    assert (status, body["state"]) == (200, "sent")
    assert await step(scene.it) == 0


async def test_a_nudge_that_is_settled_by_now_is_not_sent_again(running: Factory) -> None:
    """R9: a decision to send it again comes too late."""
    it = await running("notify")
    await it.hear(overdue())
    await change(it, state="unknown")
    await it.hear(settled(), sequence=2)
    (row,) = await mails(it)
    assert row.state == "unknown"
    assert (await decide(it, row.mail, "retry"))[1]["state"] == "superseded"


@pytest.mark.parametrize("state", ["waiting", "sent", "refused", "suppressed", "no-address", "superseded"])
async def test_only_what_was_cut_off_can_be_decided_about(running: Factory, state: str) -> None:
    """Section 6: everything else has its way already."""
    it = await running("notify")
    await it.hear(sent())
    await change(it, state=state)
    (row,) = await mails(it)
    status, body = await decide(it, row.mail, "retry")
    assert (status, body["type"]) == (409, "urn:rapport:problem:contradiction")
    assert await states(it) == [state]


@pytest.mark.parametrize("body", [{}, {"outcome": "maybe"}, {"outcome": "sent", "note": "x"}])
async def test_a_decision_that_means_nothing_is_refused(running: Factory, body: dict[str, Any]) -> None:
    """Nothing is changed."""
    it = await running("notify")
    await it.hear(sent())
    await change(it, state="unknown")
    (row,) = await mails(it)
    async with it.client(role="operator", site="*") as client:
        assert (await client.post(f"/mails/{row.mail}/resolution", json=body)).status_code == 422
    assert await states(it) == ["unknown"]
