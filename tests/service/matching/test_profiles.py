"""The sender `profiles`: whose profiles are read from intake, when, and what happens when intake is away."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import Response
from sqlalchemy import select

from services.matching.tables import ProfileRow
from shared.contracts.reads import READ_LIMIT
from shared.private_reads import IntakeAway
from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    STRANGER,
    Factory,
    Intake,
    changed,
    cleared,
    ended,
    person,
    profile,
    serving,
)
from tests.support.running import Running


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    """A small intake on a real port."""
    async with serving(Intake()) as serves:
        yield serves


@pytest.fixture
async def it(running: Factory, intake: Intake) -> Running:
    """Matching that reads from it."""
    found: Running = await running("matching", intake_url=intake.url, service_token="a-token")
    return found


async def step(it: Running) -> int:
    """One step of the sender."""
    return await it.service.senders[0].step()


async def waiting(it: Running) -> int:
    """How many profiles wait to be read."""
    return (await it.service.quiet())["profiles"]


async def states(it: Running) -> dict[UUID, tuple[str, list[str] | None]]:
    """Each profile's state and languages."""
    async with it.service.sessions() as session:
        return {row.person: (row.state, row.languages) for row in await session.scalars(select(ProfileRow))}


@pytest.mark.parametrize("cleared_first", [True, False])
async def test_a_cleared_person_is_read_whichever_comes_first(it: Running, intake: Intake, cleared_first: bool) -> None:
    """Rule 3: cleared before the profile, or after it."""
    intake.has(profile(MENTOR))
    for event in [cleared(MENTOR, "mentor"), changed(MENTOR)][:: 1 if cleared_first else -1]:
        await it.hear(event)
    assert await waiting(it) == 1
    assert await step(it) == 1
    assert await states(it) == {MENTOR: ("read", ["en"])}
    assert (await waiting(it), await step(it)) == (0, 0)
    assert intake.asked == [[MENTOR]]
    assert intake.tokens == ["Bearer a-token"]


async def test_a_cleared_person_is_read_without_any_profile_event(it: Running, intake: Intake) -> None:
    """A cleared person without a profile row is wanted."""
    intake.has(profile(MENTOR))
    await it.hear(cleared(MENTOR, "mentor"))
    await step(it)
    assert await states(it) == {MENTOR: ("read", ["en"])}


async def test_nobody_is_read_who_is_not_cleared(it: Running, intake: Intake) -> None:
    """Section 6 of the design: no copy without a purpose; and none is kept when the last clearance ends."""
    intake.has(profile(MENTOR), profile(STRANGER))
    await it.hear(changed(STRANGER))
    await it.hear(cleared(MENTOR, "mentor"))
    await step(it)
    assert intake.asked == [[MENTOR]]
    await it.hear(ended(MENTOR, "mentor"), sequence=2)
    assert await states(it) == {MENTOR: ("stale", None), STRANGER: ("stale", None)}
    assert (await waiting(it), await step(it)) == (0, 0)


async def test_a_profile_changed_while_it_is_read_is_read_again(it: Running, intake: Intake) -> None:
    """What was read for an older event does not pass for the newer one."""
    intake.has(profile(MENTOR), profile(MENTEE))
    await it.hear(changed(MENTOR), sequence=1)
    await it.hear(cleared(MENTOR, "mentor"))
    await it.hear(cleared(MENTEE, "mentee"))

    async def change() -> None:
        intake.meanwhile = None
        intake.has(profile(MENTOR, languages=["fa-AF"]))
        await it.hear(changed(MENTOR), sequence=2)

    intake.meanwhile = change
    await step(it)
    assert await states(it) == {MENTOR: ("stale", None), MENTEE: ("read", ["en"])}
    await step(it)
    assert await states(it) == {MENTOR: ("read", ["fa-AF"]), MENTEE: ("read", ["en"])}
    assert intake.asked == [[MENTOR, MENTEE], [MENTOR]]


async def test_a_clearance_that_ends_while_it_is_read_leaves_nothing_behind(it: Running, intake: Intake) -> None:
    """No copy without a purpose."""
    intake.has(profile(MENTOR))
    await it.hear(cleared(MENTOR, "mentor"))

    async def end() -> None:
        await it.hear(ended(MENTOR, "mentor"), sequence=2)

    intake.meanwhile = end
    await step(it)
    assert await states(it) == {MENTOR: ("stale", None)}


async def test_an_older_event_does_not_make_a_profile_stale(it: Running, intake: Intake) -> None:
    """Rule 3: the sequence decides."""
    intake.has(profile(MENTOR))
    await it.hear(cleared(MENTOR, "mentor"))
    await it.hear(changed(MENTOR), sequence=2)
    await step(it)
    await it.hear(changed(MENTOR), sequence=1)
    assert await waiting(it) == 0


async def test_people_unknown_to_intake_are_asked_for_once(it: Running, intake: Intake) -> None:
    """They are marked absent until their profile changes."""
    await it.hear(cleared(MENTOR, "mentor"))
    assert await step(it) == 1
    assert await states(it) == {MENTOR: ("absent", None)}
    assert (await waiting(it), await step(it)) == (0, 0)
    intake.has(profile(MENTOR))
    await it.hear(changed(MENTOR))
    await step(it)
    assert await states(it) == {MENTOR: ("read", ["en"])}


@pytest.mark.parametrize(
    "answer",
    [
        Response(status_code=503),
        Response(status_code=401),
        Response("no JSON"),
        Response('{"profiles": [{"person": "somebody", "languages": ["a secret"]}]}'),
    ],
)
async def test_when_intake_gives_nothing_usable_the_rows_wait(it: Running, intake: Intake, answer: Response) -> None:
    """A sender that fails loses nothing, and its error holds nothing of anybody's profile."""
    intake.has(profile(MENTOR))
    await it.hear(cleared(MENTOR, "mentor"))
    intake.answer = answer
    with pytest.raises(IntakeAway) as told:
        await step(it)
    assert "secret" not in str(told.value)
    assert await waiting(it) == 1
    intake.answer = None
    assert await step(it) == 1
    assert await waiting(it) == 0


async def test_when_intake_is_away_the_rows_wait(running: Factory) -> None:
    """Nobody listens on the port."""
    it = await running("matching", intake_url="http://127.0.0.1:9")
    await it.hear(cleared(MENTOR, "mentor"))
    with pytest.raises(IntakeAway):
        await step(it)
    assert await waiting(it) == 1


async def test_many_are_read_in_batches(it: Running, intake: Intake) -> None:
    """At most 500 people in one request."""
    people = [person(0x1000 + number) for number in range(READ_LIMIT + 2)]
    intake.has(*map(profile, people))
    async with it.service.sessions.begin() as session:
        session.add_all([ProfileRow(person=one, state="stale", sequence="0001.0000000001") for one in people])
    for one in people:
        await it.hear(cleared(one, "mentee"))
    assert [await step(it), await step(it), await step(it)] == [READ_LIMIT, 2, 0]
    assert [len(asked) for asked in intake.asked] == [READ_LIMIT, 2]
