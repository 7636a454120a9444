"""Deadlines fire once, on time, and one whose rule fails keeps nobody else waiting."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.clock import FileClock, set_file_clock
from shared.db import create_engine, create_sessions
from shared.deadlines import Timers, arm, deadline
from tests.support.databases import fresh_database
from tests.support.eventually import eventually

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions() -> AsyncIterator[Sessions]:
    """Of a database with the schema of screening."""
    async with fresh_database("screening") as url:
        engine = create_engine(url)
        yield create_sessions(engine)
        await engine.dispose()


class Bell:
    """A rule that notes what it was called with; it fails for subjects named `broken`."""

    def __init__(self, sessions: Sessions, clock: FileClock) -> None:
        self.rung: list[str] = []
        self.timers = Timers(sessions, clock, {"bell": self.ring}, lambda: None)

    async def ring(self, _: AsyncSession, subject: str, __: datetime, ___: datetime) -> None:
        if subject == "broken":
            raise RuntimeError("planted")
        self.rung.append(subject)


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    """It stands at noon."""
    set_file_clock(tmp_path / "clock.json", NOON)
    return FileClock(tmp_path / "clock.json")


async def test_only_what_is_due_fires_and_a_failing_rule_waits_for_its_retry(
    sessions: Sessions, clock: FileClock
) -> None:
    bell = Bell(sessions, clock)
    async with sessions.begin() as session:
        for subject, minutes in (("broken", -2), ("due", -1), ("now", 0), ("later", 1)):
            await arm(session, "bell", subject, NOON + timedelta(minutes=minutes))
        await arm(session, "of-another-release", "x", NOON - timedelta(days=1))
    while await bell.timers.step():
        pass
    assert bell.rung == ["due", "now"]
    async with sessions.begin() as session:
        left = await session.execute(select(deadline.c.subject, deadline.c.retry_at.is_not(None)))
        assert {row[0]: row[1] for row in left} == {"broken": True, "later": False, "x": False}
        await session.execute(update(deadline).where(deadline.c.subject == "broken").values(retry_at=NOON))
    assert await bell.timers.step()  # it is tried again once its retry is due
    assert bell.rung == ["due", "now"]


async def test_the_loop_fires_what_time_makes_due_though_another_one_fails(
    sessions: Sessions, clock: FileClock, tmp_path: Path
) -> None:
    bell = Bell(sessions, clock)
    async with sessions.begin() as session:
        await arm(session, "bell", "broken", NOON - timedelta(minutes=1))
        await arm(session, "bell", "later", NOON + timedelta(minutes=1))
    running = asyncio.create_task(bell.timers.run())
    try:
        await eventually(lambda: _is_put_off(sessions))
        assert bell.rung == []
        set_file_clock(tmp_path / "clock.json", NOON + timedelta(minutes=1))
        await eventually(lambda: bell.rung == ["later"])
    finally:
        running.cancel()


async def _is_put_off(sessions: Sessions) -> bool:
    async with sessions() as session:
        return bool(await session.scalar(select(deadline.c.retry_at).where(deadline.c.subject == "broken")))
