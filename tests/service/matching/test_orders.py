"""What matching hears comes in any order: what the general test of all orders cannot see, for it blanks times."""

import pytest

from tests.service.matching.scenes import MENTOR, Factory, cleared, tables
from tests.support.running import BEGINNING


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_waiting_counts_from_the_first_clearing(running: Factory, order: tuple[int, int]) -> None:
    """Section 4: a renewed clearance does not send anybody to the end of the queue, whichever is heard first."""
    it, later = await running("matching"), BEGINNING.replace(year=2027)
    for number in order:
        await it.hear(cleared(MENTOR, "mentor"), sequence=number + 1, time=(BEGINNING, later)[number])
    (row,) = (await tables(it))["clearance"]
    assert BEGINNING.date() in row
    assert later.date() not in row
