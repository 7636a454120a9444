"""Where the line is stopped no message passes, nobody is late, and whoever worries is still heard (R78)."""

from itertools import permutations

import pytest

from services.messaging.domain.stops import STOPPED
from shared.contracts.intake import OfferingChanged, Stop
from tests.service.messaging.scenes import (
    HOUR,
    MENTEE,
    MENTOR,
    PAIR,
    PAIRED,
    Factory,
    announce,
    armed,
    at,
    call,
    debts,
    limits,
    paired,
    told,
    write,
)
from tests.support.running import BEGINNING, Running


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


async def test_no_message_passes_and_both_are_told_why(running: Factory) -> None:
    """R78: the sentence says that it is about nobody; nothing is stored or told, and after the lifting it goes on."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(stopped((1, None)))
    for who in (MENTOR, MENTEE):
        answer = await write(it, who)
        assert (answer.status_code, answer.json()["detail"]) == (409, STOPPED)
    assert (await seen(it), len(await told(it, "message.sent"))) == ((True, False), 1)
    await it.hear(stopped((1, 2)), sequence=2)
    assert await seen(it) == (False, True)
    assert (await write(it, MENTOR)).status_code == 201


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
    assert (await write(it, MENTOR)).json()["detail"] == STOPPED
