"""What messaging hears comes in any order, and again: the same tables (rule 3)."""

import random
from typing import Any

import pytest
from sqlalchemy import select

from services.messaging.tables import Base
from tests.service.messaging.scenes import Factory
from tests.service.messaging.story import STORY
from tests.support.running import Running


async def tables(it: Running) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of messaging."""
    async with it.service.sessions() as session:
        return {
            table.name: sorted(map(tuple, await session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_repeats_end_in_the_same_tables(running: Factory, seed: int) -> None:
    """Rule 3: late, twice, backwards; an ending wins over a beginning."""
    told, shuffled = await running("messaging"), STORY * 2
    for event, sequence in STORY:
        await told.hear(event, sequence=sequence)
    expected = await tables(told)
    random.Random(seed).shuffle(shuffled)
    async with told.service.sessions.begin() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(table.delete())
    for event, sequence in shuffled if seed else reversed(STORY):
        await told.hear(event, sequence=sequence)
    assert await tables(told) == expected
    assert await told.dead() == []
