"""Conversations of somebody whose record was given up for another one."""

from uuid import UUID

import pytest

from shared.contracts.screening import CaseOpened
from tests.service.merged import merged
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    OTHER_PAIR,
    PAIR,
    STRANGER,
    Factory,
    agrees_no_more,
    announce,
    armed,
    call,
    cleared,
    debts,
    matched,
    paired,
    person,
    told,
    write,
)
from tests.support.running import Running

KEPT = person(5)


@pytest.fixture
async def it(running: Factory) -> Running:
    """A pair in which both wrote; then the mentor's record is given up for another one."""
    it = await paired(running)
    assert (await write(it, MENTEE)).status_code == 201
    await it.hear(merged(MENTOR, KEPT))
    return it


async def reads(it: Running, who: UUID) -> int:
    """What is answered to who reads the messages."""
    return (await call(it, who, "GET", f"/conversations/{PAIR}/messages")).status_code


async def test_the_kept_person_reads_and_writes_where_the_other_did(it: Running) -> None:
    """Nobody else comes in, nor does whoever still has a token of the given-up record."""
    assert [await reads(it, who) for who in (KEPT, MENTEE, MENTOR, STRANGER)] == [200, 200, 401, 404]
    assert (await write(it, KEPT)).status_code == 201
    assert (await write(it, MENTOR)).status_code == 401
    (sent,) = [each for each in await told(it, "message.sent") if each["sender"] == str(KEPT)]
    assert sent["recipients"] == [str(MENTEE)]


async def test_debts_and_absences_of_both_are_one_persons(it: Running) -> None:
    """R10: who owes an answer owes it still; an absence that either record announced pauses the clock."""
    (debt,) = await debts(it)
    assert (debt.debtor, debt.creditor) == (KEPT, MENTEE)
    due = await armed(it)
    assert (await announce(it, KEPT, 10, 20)).status_code == 201
    assert await armed(it) != due
    assert (await write(it, KEPT)).status_code == 201
    assert [each["debtor"] for each in await told(it, "reply.settled")] == [str(KEPT)]


async def test_an_absence_of_the_kept_record_pauses_what_the_other_owes(running: Factory) -> None:
    """Whatever came first, the absence or the merge."""
    it = await paired(running)
    await it.hear(matched(OTHER_PAIR, KEPT, STRANGER))
    assert (await announce(it, KEPT, 10, 20)).status_code == 201
    assert (await write(it, MENTEE)).status_code == 201
    before = await armed(it)
    await it.hear(merged(MENTOR, KEPT))
    after = await armed(it)
    assert before < after


async def test_what_stops_either_record_stops_the_person(it: Running) -> None:
    """R57, R27: a freeze or a consent that ended, told of the given-up id before or after the merge."""
    assert (await write(it, MENTEE)).status_code == 201
    frozen = CaseOpened(case=person(0x71), site="net.af.kabul", frozen=[MENTOR])
    await it.hear(frozen)
    assert [(await write(it, who)).status_code for who in (KEPT, MENTEE)] == [409, 409]
    await it.hear(frozen.model_copy(update={"frozen": []}), sequence=2)
    assert (await write(it, KEPT)).status_code == 201
    await it.hear(agrees_no_more(MENTOR))
    assert (await write(it, KEPT)).status_code == 409


async def test_a_freeze_from_before_follows(running: Factory) -> None:
    """R57: the kept record writes nothing while the other one's conduct case stands."""
    it = await paired(running)
    await it.hear(CaseOpened(case=person(0x71), site="net.af.kabul", frozen=[MENTOR]))
    await it.hear(cleared(KEPT, "mentor"))
    await it.hear(matched(OTHER_PAIR, KEPT, STRANGER))
    await it.hear(cleared(STRANGER, "mentee"))
    assert (await write(it, KEPT, pair=OTHER_PAIR)).status_code == 201
    await it.hear(merged(MENTOR, KEPT))
    assert (await write(it, KEPT, pair=OTHER_PAIR)).status_code == 409


async def test_a_conversation_with_oneself_is_over(running: Factory) -> None:
    """Debts in it are settled, nobody writes, and the one person reads what stands there."""
    it = await paired(running)
    assert (await write(it, MENTEE)).status_code == 201
    await it.hear(merged(MENTOR, MENTEE))
    assert (await write(it, MENTEE)).status_code == 409
    assert await reads(it, MENTEE) == 200
    assert [each["settlement"] for each in await told(it, "reply.settled")] == ["closed"]
    assert await armed(it) == []
