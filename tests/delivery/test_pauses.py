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
from shared.messaging import pauses
from shared.messaging.topology import queue_name
from tests.support.brokers import fresh_broker, publish
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

QUEUE = queue_name("screening", ApplicationSubmitted)


async def test_twenty_failures_in_a_row_pause_the_subscriber(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 60 messages that all fail 20 are buried; the others wait, and are applied once the handler can."""
    monkeypatch.setattr(pauses, "PROBE_SECONDS", 0.2)
    async with fresh_broker() as url, live("screening", url, tmp_path) as screening:
        await _execute(screening, "ALTER TABLE screening_case RENAME TO hidden")
        applications = [await _send(url) for _ in range(60)]
        subscriber = screening.service.door.subscriber(QUEUE)
        await eventually(lambda: subscriber.paused, within=30)
        assert len(await screening.dead()) == 20
        await _execute(screening, "ALTER TABLE hidden RENAME TO screening_case")
        await eventually(lambda: _cases(screening, 40), within=20)
        async with screening.service.sessions() as session:
            letters = (await session.execute(select(dead_letter))).mappings().all()
        await put_back(url, [{**row, "headers": "{}"} for row in letters])
        await eventually(lambda: _cases(screening, 60))
        assert await screening.dead() == []
        async with screening.service.sessions() as session:
            assert set(await session.scalars(select(CaseRow.application))) == set(applications)


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
