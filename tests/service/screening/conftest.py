"""Screening with one open case, of a tier at which one person decides or of the highest one."""

from collections.abc import Awaitable, Callable

import pytest

from tests.service.screening.story import applies, place, role
from tests.support.running import Running


@pytest.fixture
async def it(running: Callable[..., Awaitable[Running]]) -> Running:
    """Screening with one open mentor's case."""
    screening = await running("screening")
    await screening.hear(place())
    await screening.hear(role("mentor-adult", "mentor", "one-on-one", tier="intermediate"))
    await screening.hear(applies(1, 1, "mentor-adult", "mentor"))
    return screening


@pytest.fixture
async def high(running: Callable[..., Awaitable[Running]]) -> Running:
    """One open case of the highest tier: a second person has to agree."""
    screening = await running("screening")
    await screening.hear(place())
    await screening.hear(role("mentor-adult", "mentor", "one-on-one", tier="comprehensive"))
    await screening.hear(applies(1, 1, "mentor-adult", "mentor"))
    return screening
