"""Reading: what waits, page by page, and what staff's reading leaves behind."""

from sqlalchemy import select

from services.messaging.tables import ReadingRow
from tests.service.messaging.scenes import MENTEE, MENTOR, PAIR, STAFF, Factory, at, call, paired, write

MESSAGES = f"/conversations/{PAIR}/messages"


async def test_messages_come_page_by_page_in_both_orders(running: Factory) -> None:
    """Slow phones: keyset pages, no message twice and none left out."""
    it = await paired(running)
    for number in range(1, 6):
        await write(it, MENTOR, f"number {number}")
    for order, expected in (("newest", [5, 4, 3, 2, 1]), ("oldest", [1, 2, 3, 4, 5])):
        found, after = [], None
        while True:
            query = {"order": order, "limit": 2} | ({"cursor": after} if after else {})
            page = (await call(it, MENTEE, "GET", MESSAGES, params=query)).json()
            found += [message["number"] for message in page["items"]]
            if (after := page["next"]) is None:
                break
        assert found == expected
    fresh = await call(it, MENTEE, "GET", MESSAGES, params={"above": 3, "order": "oldest"})
    assert [message["text"] for message in fresh.json()["items"]] == ["number 4", "number 5"]
    assert (await call(it, MENTEE, "GET", MESSAGES, params={"cursor": "nonsense"})).status_code == 422


async def test_the_list_tells_what_waits_and_who_owes_whom(running: Factory) -> None:
    """R9: who owes whom is always known."""
    it = await paired(running)
    await write(it, MENTOR)
    await write(it, MENTOR)
    (mine,) = (await call(it, MENTEE, "GET", "/conversations")).json()["items"]
    assert (mine["unread"], mine["messages"]) == (2, 2)
    assert [(debt["debtor"], debt["due_at"]) for debt in mine["debts"]] == [(str(MENTEE), "2026-11-06T08:00:00Z")]
    await call(it, MENTEE, "GET", MESSAGES)
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["unread"] == 0
    assert (await call(it, MENTOR, "GET", f"/conversations/{PAIR}")).json()["unread"] == 0


async def test_settled_debts_can_be_looked_up(running: Factory) -> None:
    """R9: who answered when."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 2)
    await write(it, MENTOR)
    path = f"/conversations/{PAIR}/debts"
    for state, expected in ((None, [str(MENTEE), str(MENTOR)]), ("open", [str(MENTEE)]), ("settled", [str(MENTOR)])):
        page = await call(it, MENTEE, "GET", path, params={"state": state} if state else {})
        assert [debt["debtor"] for debt in page.json()["items"]] == expected


async def test_staff_read_with_a_purpose_that_is_written_down(running: Factory) -> None:
    """Bounded oversight: who, which conversation, when, why."""
    it = await paired(running)
    await write(it, MENTOR)
    assert (await call(it, STAFF, "GET", MESSAGES, role="moderator")).status_code == 422
    read = await call(it, STAFF, "GET", MESSAGES, role="moderator", params={"purpose": "concern"})
    assert [message["number"] for message in read.json()["items"]] == [1]
    async with it.service.sessions() as session:
        (row,) = await session.scalars(select(ReadingRow))
    assert (row.reader, row.pair, row.purpose, row.messages) == (str(STAFF), PAIR, "concern", 1)
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["unread"] == 1


async def test_a_facilitator_sees_the_rhythm_and_no_text(running: Factory) -> None:
    """R5: contact rhythm, not text."""
    it = await paired(running)
    await write(it, MENTOR, "between us")
    refused = await call(it, STAFF, "GET", MESSAGES, role="facilitator", params={"purpose": "concern"})
    assert refused.status_code == 403
    for path in (f"/conversations/{PAIR}", f"/conversations/{PAIR}/debts", "/conversations"):
        answer = await call(it, STAFF, "GET", path, role="facilitator")
        assert answer.status_code == 200
        assert str(MENTEE) in answer.text
        assert "between us" not in answer.text


async def test_staff_do_not_write_in_a_pair(running: Factory) -> None:
    """R59: the channel is the pair's."""
    it = await paired(running)
    for path in ("messages", "acknowledgement", "waiver"):
        body = {"json": {"text": "hello"}} if path == "messages" else {}
        answer = await call(it, STAFF, "POST", f"/conversations/{PAIR}/{path}", role="administrator", **body)
        assert answer.status_code == 403
