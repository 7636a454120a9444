"""Sending fails closed, stores once, and tells ids only."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.messaging.tables import MessageRow
from shared.contracts import Event
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    OTHER_PAIR,
    PAIR,
    PAIRED,
    STRANGER,
    Factory,
    call,
    cleared,
    closed,
    debts,
    declined,
    ended,
    expiring,
    matched,
    paired,
    person,
    told,
    write,
)
from tests.support.running import BEGINNING, Running


async def stored(it: Running) -> int:
    """How many messages the database holds."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(MessageRow)) or 0


async def assert_both_refused(it: Running) -> None:
    """Neither side can write; nothing is stored and nothing told."""
    for sender in (MENTOR, MENTEE):
        refused = await write(it, sender, "a secret sentence")
        assert refused.status_code == 409, refused.text
        assert refused.headers["content-type"] == "application/problem+json"
        assert "secret" not in refused.text
    assert await stored(it) == 0
    assert await it.emitted() == []
    assert await debts(it) == []


async def test_a_message_is_stored_and_told_without_its_text(running: Factory) -> None:
    """Trap 3: message.sent carries ids; the text stays here."""
    it = await paired(running)
    sent = await write(it, MENTOR, "  Salaam, how was the exam? سلام ")
    assert sent.status_code == 201, sent.text
    body = sent.json()
    assert body["text"] == "Salaam, how was the exam? سلام"
    assert (body["number"], body["sender_role"], body["answer_needed"]) == (1, "mentor", True)
    (event,) = await it.emitted()
    assert event.type == "rapport.message.sent.v1"
    assert event.data == {
        "message": body["message"], "pair": str(PAIR), "site": "net.af.kabul", "other_site": None,
        "sender": str(MENTOR), "sender_role": "mentor", "recipients": [str(MENTEE)], "answer_needed": True,
        "sent_at": "2026-11-02T08:00:00Z",
    }  # fmt: skip


@pytest.mark.parametrize("missing", [0, 1])
async def test_a_clearance_not_heard_of_stops_both_sides(running: Factory, missing: int) -> None:
    """Design 6: sending fails closed; whoever's clearance is missing, nobody writes."""
    it = await running("messaging")
    for event in [event for number, event in enumerate(PAIRED) if number != missing]:
        await it.hear(event)
    await assert_both_refused(it)


async def test_a_pair_not_heard_of_does_not_exist(running: Factory) -> None:
    """Conversations open when matching tells of the pair."""
    it = await running("messaging")
    assert (await write(it, MENTOR)).status_code == 404


@pytest.mark.parametrize("ending", [ended(MENTOR, "mentor"), ended(MENTEE, "mentee"), declined(MENTOR, "mentor")])
async def test_a_clearance_that_ends_stops_both_sides_at_once(running: Factory, ending: Event) -> None:
    """Trap 7: withdrawn, whichever side it was."""
    it = await paired(running)
    await it.hear(ending, sequence=2)
    await assert_both_refused(it)


async def test_an_ending_heard_first_wins(running: Factory) -> None:
    """Design 6: whatever the order, the newer word stands."""
    it = await running("messaging")
    for event, sequence in [(ended(MENTOR, "mentor"), 2), *((event, 1) for event in PAIRED)]:
        await it.hear(event, sequence=sequence)
    await assert_both_refused(it)


async def test_a_clearance_lapses_by_messagings_own_clock(running: Factory) -> None:
    """Trap 7, design 6: the last day counts to its end (UTC); nobody has to tell of the lapse."""
    it = await running("messaging")
    for event in (cleared(MENTOR, "mentor", date(2026, 11, 2)), cleared(MENTEE, "mentee"), matched()):
        await it.hear(event)
    it.set_clock(BEGINNING.replace(hour=23, minute=59, second=59))
    assert (await write(it, MENTEE, answer_needed=False)).status_code == 201
    it.set_clock(BEGINNING.replace(hour=0) + timedelta(days=1))
    assert [(await write(it, sender)).status_code for sender in (MENTOR, MENTEE)] == [409, 409]
    assert await stored(it) == 1


async def test_whoever_hears_only_of_a_clearances_coming_end_lets_people_write(running: Factory) -> None:
    """R29: clearance.expiring is whole state: it stands until its day, also where screening.cleared was missed."""
    it = await running("messaging")
    until = BEGINNING.date() + timedelta(days=30)
    for event in (expiring(MENTOR, "mentor", until), cleared(MENTEE, "mentee"), matched()):
        await it.hear(event)
    assert (await write(it, MENTOR, "Salaam")).status_code == 201
    it.set_clock(BEGINNING + timedelta(days=31))
    assert (await write(it, MENTOR, "Salaam")).status_code == 409


async def test_a_renewed_clearance_leaves_no_gap(running: Factory) -> None:
    """R29, trap 7: before the old clearance ends the new one stands, so nobody is stopped for a moment."""
    it = await paired(running)
    renewed = cleared(MENTOR, "mentor").model_copy(update={"clearance": person(0x99), "valid_until": date(2028, 5, 1)})
    await it.hear(renewed)
    assert (await write(it, MENTOR, "before the end")).status_code == 201
    await it.hear(ended(MENTOR, "mentor"), sequence=2)
    assert (await write(it, MENTOR, "after the end")).status_code == 201


async def test_a_closed_pair_can_be_read_and_not_written_to(running: Factory) -> None:
    """A pair that ended is an archive for its members."""
    it = await paired(running)
    await write(it, MENTOR)
    await it.hear(closed(), sequence=2)
    refused = await write(it, MENTEE)
    assert refused.status_code == 409
    assert "has ended" in refused.json()["detail"]
    read = await call(it, MENTEE, "GET", f"/conversations/{PAIR}/messages")
    assert [message["text"] for message in read.json()["items"]] == ["How was your week?"]
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["state"] == "closed"


async def test_a_reply_names_a_message_of_its_conversation(running: Factory) -> None:
    """R25: threading; a message of another pair cannot be quoted."""
    it = await paired(running)
    await it.hear(cleared(STRANGER, "mentee"))
    await it.hear(matched(OTHER_PAIR, MENTOR, STRANGER))
    first = (await write(it, MENTEE)).json()["message"]
    elsewhere = (await write(it, STRANGER, pair=OTHER_PAIR)).json()["message"]
    answer = await write(it, MENTOR, "It was good", in_reply_to=first)
    assert answer.json()["in_reply_to"] == first
    assert (await write(it, MENTOR, in_reply_to=elsewhere)).status_code == 422
    assert (await write(it, MENTOR, in_reply_to=str(UUID(int=5)))).status_code == 422


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "\u200b", "a" * 10_001, None, 7])
async def test_a_text_that_cannot_be_stored_is_refused_with_a_reason(running: Factory, text: object) -> None:
    """1 to 10,000 characters of text; the answer names the field and not its value."""
    it = await paired(running)
    refused = await call(it, MENTOR, "POST", f"/conversations/{PAIR}/messages", json={"text": text})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "text"
    assert await stored(it) == 0


async def test_half_a_character_is_refused(running: Factory) -> None:
    """A lone surrogate is no text."""
    it = await paired(running)
    body = rb'{"text": "half \ud83c"}'
    headers = {"content-type": "application/json"}
    refused = await call(it, MENTOR, "POST", f"/conversations/{PAIR}/messages", content=body, headers=headers)
    assert refused.status_code == 422, refused.text


async def test_sent_again_with_its_key_a_message_stands_once(running: Factory) -> None:
    """A slow phone sends twice; the partner reads it once."""
    it = await paired(running)
    options: dict[str, Any] = {"json": {"text": "Hello"}, "headers": {"Idempotency-Key": "one"}}
    answers = [await call(it, MENTOR, "POST", f"/conversations/{PAIR}/messages", **options) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert (await stored(it), len(await told(it, "message.sent"))) == (1, 1)


async def test_a_pair_of_two_sites_tells_both_and_is_seen_at_both(running: Factory) -> None:
    """Design 4: the second site rides along; staff of either see the conversation."""
    it = await running("messaging")
    abroad = matched().model_copy(update={"other_site": "net.uk.leeds"})
    for event in (cleared(MENTOR, "mentor", offering="first-steps@net.uk.leeds"), cleared(MENTEE, "mentee"), abroad):
        await it.hear(event)
    assert (await write(it, MENTOR)).status_code == 201
    (told_of,) = await it.emitted()
    assert (told_of.site, told_of.othersite) == ("net.af.kabul", "net.uk.leeds")
    async with it.client(person=STRANGER, role="coordinator", site="net.uk") as client:
        assert len((await client.get("/conversations")).json()["items"]) == 1
        assert (await client.get(f"/conversations/{PAIR}")).status_code == 200
