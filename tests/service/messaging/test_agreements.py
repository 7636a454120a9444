"""After the grace of a new version a pair's messages wait until both members have signed (trap 8)."""

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.messaging.domain.agreements import SIGN_FIRST
from services.messaging.domain.writing import NOT_NOW
from shared.contracts import Event
from tests.service.messaging.scenes import (
    DAY,
    MENTEE,
    MENTOR,
    PAIR,
    PAIRED,
    STAFF,
    Factory,
    asks,
    call,
    limits,
    paired,
    signs,
    write,
)
from tests.support.running import BEGINNING, Running

LAST_DAY = BEGINNING + 10 * DAY


async def hear(it: Running, *events: tuple[Event, int]) -> None:
    """Let messaging hear some events."""
    for event, sequence in events:
        await it.hear(event, sequence=sequence)


async def may_write(it: Running) -> bool:
    """What the conversation says."""
    found: bool = (await call(it, MENTOR, "GET", f"/conversations/{PAIR}")).json()["may_write"]
    return found


OLD = (signs(MENTOR, 1), 1), (signs(MENTEE, 1), 1)


async def test_pairs_go_on_in_the_grace_and_wait_after_it(running: Factory) -> None:
    """Trap 8: until the end of the last day (UTC) nothing changes; then both sides wait, each with what to do."""
    it = await paired(running)
    await hear(it, *OLD, (asks(), 1), (signs(MENTEE, 2), 2))
    it.set_clock(LAST_DAY.replace(hour=23, minute=59))
    assert (await write(it, MENTOR)).status_code == 201
    it.set_clock(LAST_DAY.replace(hour=0) + DAY)
    for person, sentence in ((MENTOR, SIGN_FIRST), (MENTEE, NOT_NOW)):
        answer = await write(it, person)
        assert (answer.status_code, answer.json()["detail"]) == (409, sentence)
    assert not await may_write(it)
    await hear(it, (signs(MENTOR, 2), 2))
    assert await may_write(it)
    for person in (MENTOR, MENTEE):
        assert (await write(it, person)).status_code == 201


async def test_who_never_signed_what_counts_cannot_write(running: Factory) -> None:
    """Design 6: it fails closed: nothing heard of a signature, or one of a version that does not count."""
    it = await paired(running)
    await hear(it, (asks(previous=["1"]), 1), (signs(MENTOR, 2), 1))
    assert (await write(it, MENTOR)).status_code == 409
    await hear(it, (asks(version="3", number=3, previous=["2"]), 2), (signs(MENTEE, 1), 1))
    assert (await write(it, MENTOR)).status_code == 409
    await hear(it, (signs(MENTEE, 2), 2))
    assert (await write(it, MENTOR)).status_code == 201


async def test_an_offering_of_before_asks_for_nothing(running: Factory) -> None:
    """What intake told before agreements came to be stops nobody; nor does a document of another offering."""
    it = await paired(running)
    other = asks().model_copy(update={"offering": "other@net", "site": "net"})
    await hear(it, (limits(48, 96), 1), (other, 1))
    assert (await write(it, MENTOR)).status_code == 201


async def test_a_prolonged_grace_lets_people_go_on(running: Factory) -> None:
    """The newest day that was told holds."""
    it = await paired(running)
    await hear(it, *OLD, (asks(), 1))
    it.set_clock(LAST_DAY + 2 * DAY)
    assert not await may_write(it)
    await hear(it, (asks(grace_until=(LAST_DAY + 3 * DAY).date()), 2), (asks(), 1))
    assert await may_write(it)


HALVES: list[tuple[Event, int]] = [(asks(), 1), (signs(MENTOR, 1), 1), (signs(MENTOR, 2), 2), (signs(MENTEE, 2), 1)]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
async def test_any_order_ends_alike(running: Factory, order: tuple[int, ...]) -> None:
    """Offering and signatures may come in any order and twice; the newest signature stands."""
    it = await running("messaging")
    await hear(it, *(HALVES[each] for each in order), *((event, 1) for event in PAIRED), HALVES[1], HALVES[0])
    it.set_clock(LAST_DAY + 2 * DAY)
    assert (await write(it, MENTOR)).status_code == 201


async def test_every_channel_reminds_of_its_rules(running: Factory) -> None:
    """R56: which document holds there, and to each member what they have to sign of it until when; nobody else's."""
    it = await paired(running)
    assert await rules(it, MENTOR) is None
    await hear(it, *OLD, (asks(), 1), (signs(MENTEE, 2), 2))
    named = {"document": "conduct", "version": "2"}
    assert await rules(it, MENTOR) == named | {"to_sign": True, "until": str(LAST_DAY.date())}
    assert await rules(it, MENTEE) == named | {"to_sign": False, "until": None}
    staff = await call(it, STAFF, "GET", f"/conversations/{PAIR}", role="coordinator")
    assert staff.json()["rules"] == named | {"to_sign": None, "until": None}
    it.set_clock(LAST_DAY + DAY)
    assert await rules(it, MENTOR) == named | {"to_sign": True, "until": None}


async def rules(it: Running, who: UUID) -> dict[str, Any] | None:
    """What a member reads of the rules in their channel."""
    found: dict[str, Any] | None = (await call(it, who, "GET", f"/conversations/{PAIR}")).json()["rules"]
    return found
