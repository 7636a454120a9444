"""A consent that ended stops what a person writes and what is written to them, at once and on both sides (R27)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.domain.consents import Consent, all_consent
from shared.contracts.intake import ConsentGiven, ConsentPurpose, ConsentWithdrawn
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    PAIR,
    PAIRED,
    STRANGER,
    Factory,
    agrees,
    agrees_no_more,
    call,
    paired,
    told,
    write,
)
from tests.support.running import BEGINNING, Running


async def both(it: Running) -> list[int]:
    """What each side is answered when they write."""
    return [(await write(it, who)).status_code for who in (MENTOR, MENTEE)]


async def test_nobody_who_was_never_asked_is_stopped(running: Factory) -> None:
    """People from before consents were kept go on; so does who agreed, and who refused a photo."""
    it = await paired(running)
    assert await both(it) == [201, 201]
    await it.hear(agrees(MENTEE))
    await it.hear(agrees_no_more(MENTEE, "photo-story"))
    await it.hear(agrees_no_more(STRANGER))
    assert await both(it) == [201, 201]


@pytest.mark.parametrize("purpose", ["take-part", "data"])
@pytest.mark.parametrize("who", [MENTOR, MENTEE])
async def test_a_withdrawn_consent_stops_both_and_a_new_one_lets_both_go_on(
    running: Factory, who: object, purpose: ConsentPurpose
) -> None:
    """R27: a kind sentence that names the staff and no reason; nothing is stored or told."""
    it = await paired(running)
    person = MENTOR if who == MENTOR else MENTEE
    await it.hear(agrees(person, purpose))
    await it.hear(agrees_no_more(person, purpose), sequence=2)
    assert await both(it) == [409, 409]
    sentence = (await write(it, MENTOR)).json()["detail"]
    assert "staff" in sentence
    assert "consent" not in sentence.lower()
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["may_write"] is False
    assert await told(it, "message.sent") == []
    await it.hear(agrees(person, purpose), sequence=3)
    assert await both(it) == [201, 201]
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["may_write"] is True


@pytest.mark.parametrize("early", [True, False])
async def test_the_newest_word_stands_in_whatever_order(running: Factory, early: bool) -> None:
    """Design 6: also before the pair was heard of."""
    it = await running("messaging")
    consents: list[tuple[ConsentGiven | ConsentWithdrawn, int]] = [(agrees_no_more(MENTEE), 2), (agrees(MENTEE), 1)]
    for event, sequence in [*(consents if early else []), *((event, 1) for event in PAIRED)]:
        await it.hear(event, sequence=sequence)
    for event, sequence in consents:
        await it.hear(event, sequence=sequence)
    assert await both(it) == [409, 409]


async def test_a_consent_runs_out_by_messagings_own_clock(running: Factory) -> None:
    """Its last day counts to its end (UTC); nobody has to tell."""
    it = await paired(running)
    await it.hear(agrees(MENTEE, until=date(2026, 11, 2)))
    it.set_clock(BEGINNING.replace(hour=23, minute=59))
    assert await both(it) == [201, 201]
    it.set_clock(BEGINNING.replace(hour=0) + timedelta(days=1))
    assert await both(it) == [409, 409]


DAYS = st.none() | st.dates(date(2026, 11, 1), date(2026, 11, 4))
CONSENTS = st.lists(
    st.builds(Consent, st.sampled_from([MENTOR, MENTEE]), st.sampled_from(["given", "withdrawn"]), DAYS)
)


@given(consents=CONSENTS, more=CONSENTS)
def test_hearing_of_more_consents_frees_nobody(consents: list[Consent], more: list[Consent]) -> None:
    """One that ended is not replaced by another one."""
    today = date(2026, 11, 2)
    if not all_consent([MENTOR], consents, today):
        assert not all_consent([MENTOR], [*more, *consents], today)
