"""A message that may kill its process is tried by four processes and not by a fifth."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from faststream.exceptions import RejectMessage
from sqlalchemy import func, select, text

from services.screening.tables import RoleRow
from shared.contracts.intake import RoleChanged
from shared.ids import new_id
from shared.messaging import attempts, failures
from shared.messaging.attempts import delivery_attempt
from shared.messaging.pauses import Subscriber
from shared.messaging.topology import queue_name
from tests.support.running import Running, envelope_of

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
QUEUE = queue_name("screening", RoleChanged)


@pytest.fixture
async def screening(tmp_path: Path) -> AsyncIterator[Running]:
    """Screening on its own database."""
    async with Running.start("screening", tmp_path) as it:
        yield it


async def _began(it: Running, event_id: UUID, processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many processes began to handle the event and ended in it."""
    for _ in range(processes):
        monkeypatch.setattr(attempts, "PROCESS", new_id())
        async with it.service.sessions.begin() as session:
            await attempts.begin(session, QUEUE, event_id)
    monkeypatch.setattr(attempts, "PROCESS", new_id())


async def _redelivered(it: Running, event_id: UUID, times: int) -> None:
    body = orjson.dumps(envelope_of(ROLE, event_id=event_id))
    await it.deliver(RoleChanged, body, headers={"x-delivery-count": times})


async def _count(it: Running, table: object) -> int:
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]  # a table or a class


async def test_after_three_dead_processes_a_fourth_applies_it(
    screening: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ends well leaves no attempt behind."""
    event_id = new_id()
    await _began(screening, event_id, 3, monkeypatch)
    await _redelivered(screening, event_id, 5)
    assert await _count(screening, RoleRow) == 1
    assert await _count(screening, delivery_attempt) == 0


async def test_after_four_dead_processes_it_is_a_dead_letter(
    screening: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fifth does not try."""
    event_id = new_id()
    await _began(screening, event_id, 4, monkeypatch)
    await _redelivered(screening, event_id, 6)
    assert "4 processes ended" in (await screening.dead())[0]
    assert await _count(screening, RoleRow) == 0
    assert await _count(screening, delivery_attempt) == 0


async def test_one_process_counts_once(screening: Running) -> None:
    """Messages that went back because the database was away come again to the same process."""
    event_id = new_id()
    async with screening.service.sessions.begin() as session:
        for _ in range(10):
            await attempts.begin(session, QUEUE, event_id)
        assert await session.scalar(select(delivery_attempt.c.attempts)) == 1


async def test_a_process_that_survives_takes_its_attempt_back(
    screening: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ordinary failure kills nobody, however many processes meet it in turn."""
    event_id = new_id()
    async with screening.service.sessions.begin() as session:
        await session.execute(text("ALTER TABLE role RENAME TO hidden"))
    for _ in range(6):
        monkeypatch.setattr(attempts, "PROCESS", new_id())
        monkeypatch.setattr(failures, "TRIES", 1)
        monkeypatch.setattr(Subscriber, "may_bury", _gives_up)
        await _redelivered(screening, event_id, 3)
    async with screening.service.sessions.begin() as session:
        assert await session.scalar(select(delivery_attempt.c.attempts)) == 0
        await session.execute(text("ALTER TABLE hidden RENAME TO role"))
    await _redelivered(screening, event_id, 9)
    assert await _count(screening, RoleRow) == 1


def _gives_up(_: Subscriber) -> bool:
    """The message goes back to the broker."""
    raise RejectMessage(requeue=True)


async def test_a_first_delivery_is_no_suspect(screening: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written for it, so the usual way costs nothing; a replay of what killed is one of these."""
    event_id = new_id()
    await _began(screening, event_id, 4, monkeypatch)
    await _redelivered(screening, event_id, 1)
    assert await _count(screening, RoleRow) == 1
