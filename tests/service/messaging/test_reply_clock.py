"""The reply clock over HTTP, events and time (R9, R10, R11; traps 5 and 6)."""

from uuid import UUID

import pytest

from shared.deadlines import arm
from tests.service.messaging.scenes import (
    HOUR,
    MENTEE,
    MENTOR,
    OFFERING,
    PAIR,
    Factory,
    announce,
    armed,
    at,
    call,
    closed,
    debts,
    limits,
    paired,
    told,
    write,
)
from tests.support.running import BEGINNING, Running


async def test_a_mentor_who_does_not_answer_is_overdue_once(running: Factory) -> None:
    """R9, trap 5: after 48 hours, not before, and once."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 47.9)
    assert await it.fire() == 0
    at(it, 50)
    assert (await it.fire(), await it.fire()) == (1, 0)
    (event,) = await told(it, "reply.overdue")
    assert (event["debtor"], event["debtor_role"], event["creditor"]) == (str(MENTOR), "mentor", str(MENTEE))
    assert (event["since"], event["due_at"]) == ("2026-11-02T08:00:00Z", "2026-11-04T08:00:00Z")


async def test_a_mentee_has_more_time(running: Factory) -> None:
    """R10: 96 hours where the offering says nothing else."""
    it = await paired(running)
    await write(it, MENTOR)
    assert await armed(it) == ["06 08:00"]


async def test_an_answer_settles_and_asks_back(running: Factory) -> None:
    """R9: the debt of one side ends, that of the other begins, in the same transaction."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 5)
    await write(it, MENTOR)
    first, second = await debts(it)
    assert (first.debtor, first.settlement, second.debtor, second.settlement) == (MENTOR, "answered", MENTEE, None)
    assert await armed(it) == ["06 13:00"]
    (settled,) = await told(it, "reply.settled")
    assert (settled["debt"], settled["settlement"], settled["was_overdue"]) == (str(first.debt), "answered", False)
    assert (settled["since"], settled["settled_at"]) == ("2026-11-02T08:00:00Z", "2026-11-02T13:00:00Z")


async def test_two_quick_messages_are_one_debt_of_the_older_time(running: Factory) -> None:
    """Trap 6."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 3)
    await write(it, MENTEE)
    (debt,) = await debts(it)
    assert f"{debt.since:%H:%M}" == "08:00"
    assert await armed(it) == ["04 08:00"]


async def test_a_message_that_needs_no_answer_starts_no_clock_and_stops_none(running: Factory) -> None:
    """R9: `answer_needed: false` makes no debt; one that is open stays."""
    it = await paired(running)
    await write(it, MENTEE, answer_needed=False)
    assert await debts(it) == []
    await write(it, MENTEE)
    await write(it, MENTEE, answer_needed=False)
    (debt,) = await debts(it)
    assert debt.settled_at is None


async def test_an_answer_after_the_limit_says_that_it_was_overdue(running: Factory) -> None:
    """R9: the ladder of notify ends with it."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 60)
    await it.fire()
    await write(it, MENTOR, answer_needed=False)
    (settled,) = await told(it, "reply.settled")
    assert settled["was_overdue"] is True
    sequences = [event.sequence for event in await it.emitted() if event.subject == f"debt/{settled['debt']}"]
    assert sequences == ["0001.0000000001", "0001.0000000002"]


@pytest.mark.parametrize(
    ("who", "path", "settlement"), [(MENTOR, "acknowledgement", "acknowledged"), (MENTEE, "waiver", "waived")]
)
async def test_a_debt_ends_without_a_message(running: Factory, who: UUID, path: str, settlement: str) -> None:
    """R25: the debtor says `seen` on purpose, or the creditor says `no need`; the other way round nothing happens."""
    it = await paired(running)
    await write(it, MENTEE)
    other = MENTEE if who == MENTOR else MENTOR
    assert (await call(it, other, "POST", f"/conversations/{PAIR}/{path}")).json() == {"settled": []}
    answer = await call(it, who, "POST", f"/conversations/{PAIR}/{path}")
    assert [debt["settlement"] for debt in answer.json()["settled"]] == [settlement]
    assert (await call(it, who, "POST", f"/conversations/{PAIR}/{path}")).json() == {"settled": []}
    assert [event["settlement"] for event in await told(it, "reply.settled")] == [settlement]
    assert await armed(it) == []


async def test_closing_the_pair_settles_all(running: Factory) -> None:
    """Nobody owes an answer in a conversation that has ended."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(closed(), sequence=2)
    at(it, 99)
    assert await it.fire() == 0
    assert [event["settlement"] for event in await told(it, "reply.settled")] == ["closed"]
    assert await told(it, "reply.overdue") == []


async def test_an_absence_pauses_the_clock_of_who_is_away_only(running: Factory) -> None:
    """R11, trap 5: not overdue while away; the other side's clock goes on."""
    it = await paired(running)
    await write(it, MENTEE)
    assert (await announce(it, MENTEE, 1, 100)).status_code == 201
    assert await armed(it) == ["04 08:00"]
    assert (await announce(it, MENTOR, 10, 34)).status_code == 201
    assert await armed(it) == ["05 08:00"]
    (debt,) = await debts(it)
    assert f"{debt.due_at:%d %H:%M}" == "05 08:00"
    at(it, 71)
    await it.fire()
    assert await told(it, "reply.overdue") == []
    at(it, 72)
    await it.fire()
    assert [event["due_at"] for event in await told(it, "reply.overdue")] == ["2026-11-05T08:00:00Z"]


async def test_notice_before_or_after_the_message_comes_to_the_same(running: Factory) -> None:
    """R11: the due time is a function of what stands, not of the order in which it came."""
    it = await paired(running)
    await announce(it, MENTOR, 10, 34)
    await announce(it, MENTOR, 20, 44)
    await write(it, MENTEE)
    assert await armed(it) == ["05 18:00"]


async def test_back_early_the_clock_goes_on_early(running: Factory) -> None:
    """R11: ended after ten hours, a notice takes ten hours."""
    it = await paired(running)
    await write(it, MENTEE)
    away = (await announce(it, MENTOR, 10, 100)).json()["away"]
    at(it, 20)
    assert (await call(it, MENTOR, "POST", f"/away-notices/{away}/end")).status_code == 200
    assert await armed(it) == ["04 18:00"]


async def test_withdrawn_before_it_began_a_notice_takes_nothing(running: Factory) -> None:
    """R11: the journey did not take place."""
    it = await paired(running)
    await write(it, MENTEE)
    away = (await announce(it, MENTOR, 10, 100)).json()["away"]
    await call(it, MENTOR, "POST", f"/away-notices/{away}/end")
    assert await armed(it) == ["04 08:00"]


async def test_what_was_told_overdue_stays_so(running: Factory) -> None:
    """Trap 5: fired once per debt, whatever is announced or changed afterwards."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 49)
    await it.fire()
    await announce(it, MENTOR, 1, 60)
    await it.hear(limits(72, 96))
    assert await armed(it) == []
    at(it, 500)
    await it.fire()
    assert len(await told(it, "reply.overdue")) == 1


async def arm_by_hand(it: Running, debt: UUID, hours: float) -> None:
    """Let a debt's deadline fire at a wrong time."""
    async with it.service.sessions.begin() as session:
        await arm(session, "reply-overdue", str(debt), BEGINNING + hours * HOUR)


async def test_a_deadline_that_fires_too_early_waits_on(running: Factory) -> None:
    """Trap 5: what counts is when the answer is really due."""
    it = await paired(running)
    await write(it, MENTEE)
    await arm_by_hand(it, (await debts(it))[0].debt, 3)
    at(it, 4)
    assert await it.fire() == 1
    assert await told(it, "reply.overdue") == []
    assert await armed(it) == ["04 08:00"]


async def test_a_deadline_that_fires_again_tells_nothing(running: Factory) -> None:
    """Trap 5: once per debt."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 49)
    await it.fire()
    await arm_by_hand(it, (await debts(it))[0].debt, 48)
    assert await it.fire() == 1
    assert len(await told(it, "reply.overdue")) == 1


async def test_after_a_long_downtime_each_debt_fires_once_with_its_own_time(running: Factory) -> None:
    """Trap 5: no storm on restart, and the time told is when it was due."""
    it = await paired(running)
    await write(it, MENTEE)
    at(it, 24 * 30)
    await it.fire()
    assert [event["due_at"] for event in await told(it, "reply.overdue")] == ["2026-11-04T08:00:00Z"]


@pytest.mark.parametrize("when", ["before", "between", "after"])
async def test_limits_heard_late_come_to_the_same(running: Factory, when: str) -> None:
    """R9, R10: an offering's limits hold for open debts, whenever they were heard."""
    it = await paired(running)
    if when == "before":
        await it.hear(limits(24, 72), sequence=1)
    await write(it, MENTEE)
    if when == "between":
        await it.hear(limits(24, 72), sequence=1)
    at(it, 1)
    await write(it, MENTOR)
    await write(it, MENTEE)
    if when == "after":
        await it.hear(limits(24, 72), sequence=1)
    open_debts = [debt for debt in await debts(it) if debt.settled_at is None]
    assert [(debt.debtor, f"{debt.due_at:%d %H:%M}") for debt in open_debts] == [(MENTOR, "03 09:00")]
    assert await armed(it) == ["03 09:00"]


async def test_older_limits_heard_last_change_nothing(running: Factory) -> None:
    """Rule 3: the newest sequence stands."""
    it = await paired(running)
    await it.hear(limits(24, 72), sequence=2)
    await write(it, MENTEE)
    await it.hear(limits(90, 90), sequence=1)
    assert await armed(it) == ["03 08:00"]


async def test_limits_of_another_offering_change_nothing(running: Factory) -> None:
    """R10: limits belong to an offering."""
    it = await paired(running)
    await write(it, MENTEE)
    await it.hear(limits(24, 72, f"other{OFFERING}"))
    assert await armed(it) == ["04 08:00"]


async def test_an_impossible_limit_becomes_a_dead_letter(running: Factory) -> None:
    """Rule 3: a contradiction is refused, with a sentence."""
    it = await paired(running)
    await it.hear(limits(0, 72))
    (reason,) = await it.dead()
    assert "correct the offering" in reason
