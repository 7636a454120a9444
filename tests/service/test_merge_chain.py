"""From a merge in intake to what the others hold: only what intake told goes between them."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from deploy.registry import readers, resends
from shared.contracts import REGISTRY
from shared.outbox.resend import resend
from tests.service.intake.consenting import agree, take_back, texts
from tests.service.intake.merging import merged, two_records
from tests.service.intake.scenes import OFFERING, PROFILE, coordinator, good, participant
from tests.support.orders import own_tables
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]
READERS = ("screening", "matching", "messaging", "notify")


async def tell(intake: Running, reader: Running, *, newest_first: bool, since: int = 0) -> None:
    """Carry all that the reader hears of intake."""
    heard = {event.type for event in readers()[reader.service.name]}
    told = [each for each in await intake.emitted() if each.type in heard][since:]
    for each in reversed(told) if newest_first else told:
        event = REGISTRY[each.type].model_validate(each.data)
        await reader.hear(event, sequence=int(each.sequence[5:]), event_id=each.id, time=each.time)
    assert await reader.dead() == []


async def held_of(it: Running, person: UUID) -> set[str]:
    """The tables in which something of a person stands."""
    async with it.service.sessions() as session:
        rows = {table.name: (await session.execute(table.select())).all() for table in own_tables(it)}
    return {name for name, found in rows.items() if str(person) in "".join(map(str, found))}


async def lived(running: Factory) -> tuple[Running, UUID, UUID]:
    """Both records applied, signed and agreed; one took a consent back before they were merged."""
    intake, kept, given_up = await two_records(running)
    await texts(intake)
    for person, role in ((kept, "mentee-adult"), (given_up, "mentor-adult")):
        http = participant(intake, person)
        good(await coordinator(intake).put(f"/people/{person}/particulars", json={"born_on": "1990-05-01"}))
        good(await http.put(f"/people/{person}/profile", json=PROFILE))
        good(await http.post(f"/people/{person}/signatures", json={"document": "conduct", "version": "1"}))
        good(await http.post("/applications", json={"role": role, "offering": OFFERING}))
        good(await agree(http, person, "take-part"))
        good(await agree(http, person, "data"))
        good(await take_back(http, person, "data"))
    await merged(intake, given_up, kept)
    good(await agree(participant(intake, kept), kept, "data"))
    return intake, kept, given_up


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("newest_first", [False, True])
async def test_nothing_stands_under_the_given_up_id(running: Factory, reader: str, newest_first: bool) -> None:
    """Design 2.3: whether a reader hears of the merge at the end or before all else."""
    intake, kept, given_up = await lived(running)
    it = await running(reader)
    await tell(intake, it, newest_first=newest_first)
    assert await held_of(it, kept)
    assert await held_of(it, given_up) == set()


@pytest.mark.parametrize("reader", READERS[:3])
async def test_who_missed_a_merge_learns_it_when_all_is_told_anew(running: Factory, reader: str) -> None:
    """A reader that was restored to before the merge, and hears only what `rapport events resend` tells."""
    intake, _, given_up = await lived(running)
    it = await running(reader)
    before = 0
    heard = {event.type for event in readers()[reader]}
    for each in [each for each in await intake.emitted() if each.type in heard]:
        before += 1
        if each.type != "rapport.person.merged.v1":
            event = REGISTRY[each.type].model_validate(each.data)
            await it.hear(event, sequence=int(each.sequence[5:]), event_id=each.id, time=each.time)
    assert await held_of(it, given_up)
    for family in resends("intake").families:
        await resend(intake.service.sessions, resends("intake"), family, BEGINNING)
    await tell(intake, it, newest_first=False, since=before)
    assert await held_of(it, given_up) == set()
