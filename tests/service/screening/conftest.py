"""Screening with one open case."""

from collections.abc import Awaitable, Callable

import pytest

from tests.service.screening.story import applies, place, role
from tests.support.running import Running


@pytest.fixture
async def it(running: Callable[..., Awaitable[Running]]) -> Running:
    """Screening with one open mentor's case."""
    screening = await running("screening")
    await screening.hear(place())
    await screening.hear(role("mentor-adult", "mentor", "one-on-one"))
    await screening.hear(applies(1, 1, "mentor-adult", "mentor"))
    return screening
