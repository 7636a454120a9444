"""What matching hears comes in any order, and again: the same tables (rule 3)."""

import random

import pytest

from services.matching.tables import Base
from tests.service.matching.scenes import MENTOR, Factory, cleared, tables
from tests.service.matching.story import STORY
from tests.support.running import BEGINNING


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_and_repeats_end_in_the_same_tables(running: Factory, seed: int) -> None:
    """Rule 3: late, twice, backwards; an ending wins over a beginning."""
    told, shuffled = await running("matching"), STORY * 2
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


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_waiting_counts_from_the_first_clearing(running: Factory, order: tuple[int, int]) -> None:
    """Section 4: a renewed clearance does not send anybody to the end of the queue, whichever is heard first."""
    it, later = await running("matching"), BEGINNING.replace(year=2027)
    for number in order:
        await it.hear(cleared(MENTOR, "mentor"), sequence=number + 1, time=(BEGINNING, later)[number])
    (row,) = (await tables(it))["clearance"]
    assert BEGINNING.date() in row
    assert later.date() not in row
