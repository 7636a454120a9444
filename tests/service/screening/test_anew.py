"""A case whose checks change after somebody's work says how, whatever order the changes are heard in (trap 9)."""

from itertools import permutations
from typing import Any

from tests.service.screening.scenes import pass_all
from tests.service.screening.step_scenes import call, good
from tests.service.screening.story import place, role
from tests.support.running import Running

CHILD = role("mentor-adult", "mentor", "one-on-one", "minors", "works-with-clients")


async def changes(it: Running) -> list[tuple[list[str], list[str]]]:
    """What was asked anew, by the case's timeline."""
    timeline: list[dict[str, Any]] = (await good(it, "screener", "GET", "{case}/timeline"))["items"]
    return [(each["added"], each["removed"]) for each in timeline if each["kind"] == "asked-anew"]


async def test_a_site_that_moves_says_what_changed(it: Running) -> None:
    """Trap 9: the difference is shown in the case's timeline, by checks alone."""
    await it.hear(CHILD, sequence=2)
    await pass_all(it)
    await it.hear(place("GB", "GB-SCT"), sequence=2)
    assert await changes(it) == [(["pvg-membership"], ["record-check"])]


async def test_before_anybody_worked_on_it_nothing_changed_for_anybody(it: Running) -> None:
    """The case then asks for what it asks for; there is nothing that somebody saw otherwise."""
    await it.hear(CHILD, sequence=2)
    await it.hear(place("GB", "GB-SCT"), sequence=2)
    assert await changes(it) == []


async def test_the_order_of_changes_does_not_matter(it: Running) -> None:
    """One line tells of all that changed since somebody's work; where it changed back there is none."""
    await pass_all(it)
    number = 2
    for order in permutations([(place("GB", "GB-SCT"), 2), (CHILD, 2), (place("US", "US-PA"), 1)]):
        for event, later in order:
            await it.hear(event, sequence=number + later)
        ((added, removed),) = await changes(it)
        assert (added, removed) == (["pvg-membership", "references", "training"], []), order
        number += 3
        await it.hear(place(), sequence=number)
        await it.hear(role("mentor-adult", "mentor", "one-on-one"), sequence=number)
        assert await changes(it) == []


async def test_a_timeline_is_for_screeners(it: Running) -> None:
    """Who did what is not for the person whose case it is."""
    assert (await call(it, "person", "GET", "{case}/timeline")).status_code == 403
    assert (await call(it, "screener", "GET", "{case}/timeline?limit=1&cursor=x")).status_code == 422
