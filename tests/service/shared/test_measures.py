"""What the database says of delivery: totals that are true, times that are real, and cheap with many rows."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import deadlines, measures
from shared.clock import real_now
from shared.contracts.intake import SiteChanged
from shared.db import create_engine, create_sessions
from shared.ids import made_at, new_id
from shared.outbox import emit
from shared.telemetry import TIMERS
from tests.support.databases import fresh_database
from tests.support.running import BEGINNING

QUEUE = "intake.site-changed-v1"
SITE = SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul")
Sessions = async_sessionmaker[AsyncSession]

_MANY = """
    INSERT INTO outbox (event_id, type, exchange, routing_key, correlation_id, time, body)
    SELECT event_id, type, exchange, routing_key, correlation_id, time, body
    FROM outbox, generate_series(1, 12000)
"""


@pytest.fixture
async def sessions() -> AsyncIterator[Sessions]:
    """Sessions on intake's schema."""
    async with fresh_database("intake") as url:
        engine = create_engine(url)
        yield create_sessions(engine)
        await engine.dispose()


async def _measure(sessions: Sessions) -> None:
    async with sessions() as session:
        await measures.measure(session, BEGINNING, [QUEUE])


def _value(name: str, **labels: str) -> float:
    value = TIMERS.get_sample_value(name, labels)
    assert value is not None
    return value


async def test_an_empty_service_shows_zeros(sessions: Sessions) -> None:
    """Nothing waits, nothing is old; and when this was read."""
    before = time.time()
    await _measure(sessions)
    for name in ("pending", "oldest_timestamp_seconds", "refused"):
        assert _value(f"rapport_outbox_{name}") == 0
    assert _value("rapport_dead_letters", queue=QUEUE) == 0
    assert _value("rapport_deadlines_armed") == _value("rapport_deadlines_due") == 0
    assert _value("rapport_deadline_oldest_due_timestamp_seconds") == 0
    assert _value("rapport_measured_timestamp_seconds") >= before


async def test_the_oldest_event_has_its_real_time(sessions: Sessions) -> None:
    """Domain time is driven; how long an event waits is real."""
    async with sessions.begin() as session:
        await emit(session, SITE, SITE, at=BEGINNING - timedelta(days=400))
        first = (await session.scalars(text("SELECT event_id FROM outbox ORDER BY event_id LIMIT 1"))).one()
    await _measure(sessions)
    assert _value("rapport_outbox_pending") == 2
    assert _value("rapport_outbox_oldest_timestamp_seconds") == made_at(first).timestamp()


async def test_many_waiting_events_are_counted_by_position(sessions: Sessions) -> None:
    """Past what is counted the positions tell; without gaps they tell the truth."""
    async with sessions.begin() as session:
        await emit(session, SITE, at=BEGINNING)
        await session.execute(text(_MANY))
    await _measure(sessions)
    assert _value("rapport_outbox_pending") == 12_001


async def test_a_late_commit_far_below_does_not_inflate_a_small_outbox(sessions: Sessions) -> None:
    """Few rows are counted, however far their positions lie apart."""
    async with sessions.begin() as session:
        await emit(session, SITE, at=BEGINNING)
        await session.execute(text(_MANY))
        await session.execute(text("DELETE FROM outbox WHERE position NOT IN (SELECT min(position) FROM outbox)"))
        await emit(session, SITE, at=BEGINNING)
    await _measure(sessions)
    assert _value("rapport_outbox_pending") == 2


async def test_dead_letters_by_queue_and_those_of_no_queue_of_ours(sessions: Sessions) -> None:
    """A queue that nobody here hears is counted as one, since a header names it."""
    async with sessions.begin() as session:
        for queue in (QUEUE, QUEUE, "somebody's"):
            await session.execute(
                text(
                    "INSERT INTO dead_letter (id, handler, key, queue, body, headers, reason, error_type, attempts,"
                    " first_at, last_at) VALUES (:id, 'h', :id, :queue, '', '{}', 'r', 'E', 1, now(), now())"
                ).bindparams(id=new_id(), queue=queue)
            )
    await _measure(sessions)
    assert _value("rapport_dead_letters", queue=QUEUE) == 2
    assert _value("rapport_dead_letters", queue="other") == 1


async def test_deadlines_armed_due_and_since_when(sessions: Sessions) -> None:
    """Due is what should have fired by domain time."""
    late = BEGINNING - timedelta(hours=2)
    async with sessions.begin() as session:
        for subject, due_at in (("a", late), ("b", BEGINNING), ("c", BEGINNING + timedelta(days=1))):
            await deadlines.arm(session, "clearance-expiry", subject, due_at)
    await _measure(sessions)
    assert _value("rapport_deadlines_armed") == 3
    assert _value("rapport_deadlines_due") == 2
    assert _value("rapport_deadline_oldest_due_timestamp_seconds") == late.timestamp()


async def test_a_transaction_that_holds_vacuum_back_shows_its_begin(sessions: Sessions) -> None:
    """While it is open, by the time of its begin; afterwards as none."""
    async with sessions() as other:
        await other.execute(text("SELECT count(*) FROM outbox"))  # then idle in transaction
        begun = await other.scalar(text("SELECT extract(epoch FROM xact_start) FROM pg_stat_activity"
                                        " WHERE pid = pg_backend_pid()"))  # fmt: skip
        await _measure(sessions)
        assert abs(_value("rapport_database_oldest_transaction_timestamp_seconds") - float(begun)) < 0.001
    await _measure(sessions)
    assert _value("rapport_database_oldest_transaction_timestamp_seconds") == 0
    assert real_now().timestamp() >= float(begun)
