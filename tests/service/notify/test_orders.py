"""What notify hears comes in any order, and again: the same tables (rule 3)."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.notify.tables import Base
from tests.service.notify.scenes import Factory
from tests.service.notify.story import STORY
from tests.support.running import BEGINNING, Running


async def tables(it: Running) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of notify."""
    async with it.service.sessions() as session:
        return {
            table.name: sorted(map(tuple, await session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_repeats_end_in_the_same_tables(running: Factory, seed: int) -> None:
    """Rule 3: late, twice, backwards; an ending wins over a beginning."""
    timed = [(event, sequence, BEGINNING + timedelta(hours=hour)) for hour, (event, sequence) in enumerate(STORY)]
    it = await running("notify")
    for event, sequence, time in timed:
        await it.hear(event, sequence=sequence, time=time)
    expected = await tables(it)
    assert len(expected["mail"]) == 14
    async with it.service.sessions.begin() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
    shuffled = timed * 2
    random.Random(seed).shuffle(shuffled)
    for event, sequence, time in shuffled if seed else reversed(timed):
        await it.hear(event, sequence=sequence, time=time)
    assert await tables(it) == expected
    assert await it.dead() == []
