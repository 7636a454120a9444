"""How every service hears of people whose records were merged."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared import merging
from shared.contracts.intake import AgreementSigned
from shared.contracts.messaging import MessageSent
from shared.ids import new_id
from tests.service.merged import merged
from tests.support.running import Running

KEPT, GIVEN_UP, OTHER = new_id(), new_id(), new_id()


@pytest.fixture
async def notify(tmp_path: Path) -> AsyncIterator[Running]:
    """A service with a database of its own."""
    async with Running.start("notify", tmp_path) as it:
        yield it


def sent() -> MessageSent:
    """A message of the one given up."""
    told = {"sender": GIVEN_UP, "recipients": [OTHER, GIVEN_UP]}
    return MessageSent.model_validate(MessageSent.example | told)


async def test_events_name_the_kept_person(notify: Running) -> None:
    """Wherever the id stands, through a chain, whichever merge was heard first; what is their own state is left out."""
    last = new_id()
    for chain in ([(GIVEN_UP, KEPT), (KEPT, last)], [(KEPT, last), (GIVEN_UP, KEPT)]):
        async with notify.service.sessions() as session:
            for given_up, person in chain:
                (event,) = await merging.of_kept(session, [merged(given_up, person)])
                assert event is not None
                await merging.note_merged(session, event)
            signed = AgreementSigned.model_validate(AgreementSigned.example | {"person": GIVEN_UP})
            heard, own = await merging.of_kept(session, [sent(), signed])
            assert isinstance(heard, MessageSent)
            assert (heard.sender, heard.recipients) == (last, [OTHER, last])
            assert own is None
            assert await merging.of_kept(session, [merged(GIVEN_UP, KEPT)]) == [None], "told again"


async def test_a_merge_waits_for_what_is_under_way(notify: Running) -> None:
    """An event whose person was looked up before a merge is stored before it; the next one is looked up after it."""
    async with notify.service.sessions() as under_way, notify.service.sessions() as merge:
        assert await merging.of_kept(under_way, [sent()]) == [sent()]
        telling = asyncio.create_task(merging.of_kept(merge, [merged(GIVEN_UP, KEPT)]))
        await asyncio.wait([telling], timeout=0.3)
        assert not telling.done(), "it did not wait for the handler under way"
        await under_way.commit()
        (event,) = await telling
        assert event is not None
        await merging.note_merged(merge, event)
        looking = asyncio.create_task(merging.of_kept(under_way, [sent()]))
        await asyncio.wait([looking], timeout=0.3)
        assert not looking.done(), "it did not wait for the merge"
        await merge.commit()
        (heard,) = await looking
        assert heard is not None
        assert heard.sender == KEPT


async def test_a_merge_waits_for_requests_that_write(notify: Running) -> None:
    """What somebody writes over HTTP at that moment is re-pointed with the rest."""
    async with notify.service.sessions() as writing, notify.service.sessions() as merge:
        assert await merging.kept_ids(writing, [OTHER]) == {OTHER: OTHER}
        telling = asyncio.create_task(merging.of_kept(merge, [merged(GIVEN_UP, KEPT)]))
        await asyncio.wait([telling], timeout=0.3)
        assert not telling.done()
        await writing.commit()
        await telling
