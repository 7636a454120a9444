"""What the inbox forgets, and what it must not."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from shared import inbox
from shared.clock import real_now
from shared.ids import new_id
from tests.support.running import Running


@pytest.fixture
async def screening(tmp_path: Path) -> AsyncIterator[Running]:
    """Screening on its own database."""
    async with Running.start("screening", tmp_path) as it:
        yield it


async def test_what_came_back_from_the_dead_late_is_known_as_long_as_any_other(screening: Running) -> None:
    """A dead letter of last month is replayed twice, and housekeeping comes in between: it is applied once."""
    event_id = new_id()
    async with screening.service.sessions.begin() as session:
        await inbox.record(session, "handler", event_id, 1, inbox.DEAD)
        last_month = real_now() - inbox.KEPT - timedelta(days=1)
        await session.execute(update(inbox.inbox).values(received_at=last_month))
        assert await inbox.forget_old(session, real_now()) == 0
        assert await inbox.revive(session, "handler", event_id)
        assert await inbox.forget_old(session, real_now()) == 0
        assert not await inbox.record(session, "handler", event_id, 1)
