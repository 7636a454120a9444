"""Where the line is stopped no message passes, nobody is late, and whoever worries is still heard (R78)."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.messaging.domain.stops import MOST_KEPT, STOPPED
from shared.contracts.intake import OfferingChanged, Stop
from tests.service.messaging.scenes import (
    HOUR,
    MENTEE,
    MENTOR,
    PAIR,
    PAIRED,
    STAFF,
    Factory,
    announce,
    armed,
    at,
    call,
    closed,
    debts,
    ended,
    limits,
    paired,
    told,
    write,
)
from tests.support.running import BEGINNING, Running

HERE = f"/conversations/{PAIR}"


def stopped(*hours: tuple[int, int | None]) -> OfferingChanged:
    """Intake tells when the offering was stopped, in hours after the beginning."""
    stops = [
        Stop(starts=BEGINNING + begins * HOUR, ends=None if ends is None else BEGINNING + ends * HOUR)
        for begins, ends in hours
    ]
    return limits(48, 96).model_copy(update={"stops": stops})


async def seen(it: Running) -> tuple[bool, bool]:
    """What the conversation says: whether it is stopped, and whether messages pass."""
    found = (await call(it, MENTOR, "GET", f"/conversations/{PAIR}")).json()
    return found["stopped"], found["may_write"]


async def kept(it: Running, who: UUID) -> list[dict[str, Any]]:
    """What somebody keeps."""
    items: list[dict[str, Any]] = (await call(it, who, "GET", f"{HERE}/kept-messages")).json()["items"]
    return items


async def texts(it: Running, who: UUID = MENTEE) -> list[str]:
    """What somebody reads in the conversation."""
    items = (await call(it, who, "GET", f"{HERE}/messages", params={"order": "oldest"})).json()["items"]
    return [item["text"] for item in items]


async def test_what_is_written_meanwhile_is_kept_and_sent_by_its_sender(running: Factory) -> None:
    """R78: nothing passes and nothing is lost; the sender is told why, and sends it once messages pass again."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(stopped((1, None)))
    answer = await write(it, MENTOR, "It rained all week.")
    assert (answer.status_code, answer.json()["notice"]) == (202, STOPPED)
    assert (await seen(it), await texts(it), len(await told(it, "message.sent"))) == (
        (True, False), ["How was your week?"], 1,
    )  # fmt: skip
    sending = f"{HERE}/kept-messages/{answer.json()['message']}/sending"
    assert (await call(it, MENTOR, "POST", sending)).status_code == 409
    await it.hear(stopped((1, 2)), sequence=2)
    assert (await seen(it), await texts(it)) == ((False, True), ["How was your week?"])
    at(it, 3)
    assert (await call(it, MENTOR, "POST", sending)).json()["sent_at"] == "2026-11-02T11:00:00Z"
    assert (await texts(it), await kept(it, MENTOR)) == (["How was your week?", "It rained all week."], [])
    assert (await call(it, MENTOR, "POST", sending)).status_code == 404
    assert len(await told(it, "message.sent")) == 2


async def test_what_is_kept_is_its_senders_alone(running: Factory) -> None:
    """R78, trap 1: neither partner nor staff see it, send it or throw it away; and what was closed keeps nothing."""
    it = await paired(running)
    await it.hear(stopped((0, None)))
    message = (await write(it, MENTOR)).json()["message"]
    assert (await kept(it, MENTEE), len(await kept(it, MENTOR))) == ([], 1)
    staff = await call(it, STAFF, "GET", f"{HERE}/kept-messages", role="administrator")
    assert staff.status_code == 403
    for method, path in (("POST", f"{message}/sending"), ("DELETE", message)):
        assert (await call(it, MENTEE, method, f"{HERE}/kept-messages/{path}")).status_code == 404
    assert (await call(it, MENTOR, "DELETE", f"{HERE}/kept-messages/{message}")).status_code == 204
    assert await kept(it, MENTOR) == []
    await it.hear(closed(), sequence=2)
    assert (await write(it, MENTOR)).status_code == 409


async def test_a_kept_message_passes_only_where_messages_pass(running: Factory) -> None:
    """Trap 7: a clearance that ended meanwhile stops it, and it stays kept; no more than some are."""
    it = await paired(running)
    await it.hear(stopped((0, None)))
    answers = [await write(it, MENTOR, f"{number}") for number in range(MOST_KEPT + 1)]
    assert [answer.status_code for answer in answers[-2:]] == [202, 409]
    await it.hear(stopped((0, 1)), sequence=2)
    await it.hear(ended(MENTEE, "mentee"), sequence=2)
    sending = f"{HERE}/kept-messages/{answers[0].json()['message']}/sending"
    assert (await call(it, MENTOR, "POST", sending)).status_code == 409
    assert len(await kept(it, MENTOR)) == MOST_KEPT


async def test_whoever_worries_is_heard_also_while_it_is_stopped(running: Factory) -> None:
    """R78, trap 13: a concern, what was written before and an absence are still possible."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(stopped((0, None)))
    concern = {"weight": "harm", "text": "He asked me where I live."}
    assert (await call(it, MENTEE, "POST", f"/conversations/{PAIR}/concerns", json=concern)).status_code == 201
    read = await call(it, MENTOR, "GET", f"/conversations/{PAIR}/messages")
    assert len(read.json()["items"]) == 1
    assert (await announce(it, MENTOR, 1, 5)).status_code == 201


async def test_nobody_is_late_while_it_is_stopped(running: Factory) -> None:
    """R78, trap 5: the clock stands still, however long it takes, and goes on with what was left."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(stopped((10, None)))
    at(it, 24 * 300)
    assert (await it.fire(), await told(it, "reply.overdue")) == (0, [])
    await it.hear(stopped((10, 24 * 300)), sequence=2)
    (debt,) = await debts(it)
    assert debt.due_at == BEGINNING + (24 * 300 + 38) * HOUR
    at(it, 24 * 300 + 39)
    assert await it.fire() == 1
    assert len(await told(it, "reply.overdue")) == 1


HEARD = [(stopped(), 1), (stopped((10, None)), 2), (stopped((10, 20)), 3)]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=lambda order: "".join(map(str, order)))
async def test_in_whatever_order_it_is_heard(running: Factory, order: tuple[int, ...]) -> None:
    """R78: the newest state tells all stops, so an answer is due by them whichever was missed."""
    it = await paired(running)
    await write(it, MENTEE)
    for event, sequence in (HEARD[each] for each in order):
        await it.hear(event, sequence=sequence)
    assert await armed(it) == ["04 18:00"]


async def test_a_stop_may_be_heard_before_the_pair(running: Factory) -> None:
    """Each half is stored; the first message finds it stopped."""
    it = await running("messaging")
    await it.hear(stopped((0, None)))
    for event in PAIRED:
        await it.hear(event)
    assert (await write(it, MENTOR)).json()["notice"] == STOPPED
