"""Hearing a story twice, late or in any order ends in the same state (the third of the house's rules)."""

import importlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.registry import SERVICES, readers
from shared.contracts import Event
from shared.ids import new_id
from tests.support.orders import clear, end_of, ids_in
from tests.support.running import BEGINNING, Running

READERS = [service for service in SERVICES if readers()[service]]


def story_of(service: str) -> list[tuple[Event, int]]:
    """The story that stands beside a service's own tests."""
    story: list[tuple[Event, int]] = importlib.import_module(f"tests.service.{service}.story").STORY
    return story


async def tell(it: Running, story: list[tuple[Event, int]], order: list[int], ids: list[UUID]) -> None:
    """Let the service hear the story's events in an order that may repeat some."""
    for place in order:
        event, sequence = story[place]
        await it.hear(event, sequence=sequence, event_id=ids[place], time=BEGINNING + timedelta(hours=place))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", READERS)
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
async def test_any_order_and_repeats_end_alike(
    service: str, running: Callable[..., Awaitable[Running]], data: st.DataObject
) -> None:
    """Equal tables but for generated ids and times, the same last state events and facts, and no dead letter."""
    story = story_of(service)
    ids = [new_id() for _ in story]
    known = ids_in(event for event, _ in story)
    order = data.draw(st.permutations(range(len(story))), label="order")
    repeats = data.draw(st.lists(st.sampled_from(range(len(story))), max_size=len(story)), label="repeats")
    it = await _service(service, running)
    await clear(it)
    await tell(it, story, list(range(len(story))), ids)
    expected = await end_of(it, known)
    await clear(it)
    await tell(it, story, [*order, *repeats], ids)
    assert await it.dead() == []
    assert await end_of(it, known) == expected


_started: dict[int, Running] = {}


async def _service(service: str, running: Callable[..., Awaitable[Running]]) -> Running:
    """One running service for all examples of a test: the factory fixture is the same for each of them."""
    if id(running) not in _started:
        _started.clear()
        _started[id(running)] = await running(service)
    return _started[id(running)]
