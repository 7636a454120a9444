"""A bad release fails every message: the subscriber pauses, and what is dead is applied after the good release."""

from pathlib import Path

import orjson
import pytest
from sqlalchemy import select, text

from deploy.cli.deadletters import put_back
from services.screening.tables import CaseRow
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import ApplicationSubmitted
from shared.deadletters import dead_letter
from shared.ids import new_id
from shared.messaging import delivery, pauses
from shared.messaging.topology import queue_name
from tests.support.brokers import depth, fresh_broker, publish
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

QUEUE = queue_name("screening", ApplicationSubmitted)


async def test_twenty_failures_in_a_row_pause_the_subscriber(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 messages that all fail 20 at most are buried; the others wait, and are applied once the handler can."""
    monkeypatch.setattr(pauses, "PROBE_SECONDS", 0.2)
    async with fresh_broker() as url, live("screening", url, tmp_path) as screening:
        await _execute(screening, "ALTER TABLE screening_case RENAME TO hidden")
        applications = [await _send(url) for _ in range(60)]
        subscriber = screening.service.door.subscriber(QUEUE)
        await eventually(lambda: subscriber.paused, within=30)
        await eventually(lambda: _narrowed(screening, url, 60), within=20)
        dead = len(await screening.dead())
        assert 10 < dead <= 20  # what was in hand when the pause began went back
        await _execute(screening, "ALTER TABLE hidden RENAME TO screening_case")
        await eventually(lambda: _cases(screening, 60 - dead), within=20)
        async with screening.service.sessions() as session:
            letters = (await session.execute(select(dead_letter))).mappings().all()
        await put_back(url, [{**row, "headers": "{}"} for row in letters])
        await eventually(lambda: _cases(screening, 60))
        assert await screening.dead() == []
        async with screening.service.sessions() as session:
            assert set(await session.scalars(select(CaseRow.application))) == set(applications)


async def test_what_is_held_for_long_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RabbitMQ would close the channel: the one message in hand is given back in time, however often it was tried."""
    monkeypatch.setattr(pauses, "PROBE_SECONDS", 0.4)
    monkeypatch.setattr(pauses, "FAILURES_IN_A_ROW", 1)
    monkeypatch.setattr(delivery, "HELD_SECONDS", 1.5)
    async with fresh_broker() as url, live("screening", url, tmp_path) as screening:
        await _execute(screening, "ALTER TABLE screening_case RENAME TO hidden")
        for _ in range(4):
            await _send(url)
        await eventually(lambda: _narrowed(screening, url, 4), within=20)
        subscriber = screening.service.door.subscriber(QUEUE)
        taken = subscriber.taken
        await eventually(lambda: subscriber.taken >= taken + 3, within=20)
        assert await _narrowed(screening, url, 4)
        dead = len(await screening.dead())
        await _execute(screening, "ALTER TABLE hidden RENAME TO screening_case")
        await eventually(lambda: _cases(screening, 4 - dead), within=20)


async def _narrowed(it: Running, url: str, sent: int) -> bool:
    """One message is in hand, and all others wait in the queue, but for the dead letters (some come once more)."""
    others = sent - 1 - len(await it.dead())
    return it.service.door.subscriber(QUEUE).in_hand == 1 and await depth(url, QUEUE) >= others


async def _send(url: str) -> object:
    event = ApplicationSubmitted(
        application=new_id(), person=new_id(), role="mentor-adult", kind_of_role="mentor",
        offering="first-steps@net.af.kabul", site="net.af.kabul",
    )  # fmt: skip
    await publish(url, QUEUE, orjson.dumps(envelope_of(event)), content_type=CONTENT_TYPE)
    return event.application


async def _execute(it: Running, statement: str) -> None:
    async with it.service.sessions.begin() as session:
        await session.execute(text(statement))


async def _cases(it: Running, number: int) -> bool:
    async with it.service.sessions() as session:
        return len((await session.scalars(select(CaseRow.application))).all()) == number
