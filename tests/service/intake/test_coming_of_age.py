"""Trap 10: on the day somebody comes of age guardians lose access, and the person is asked anew, with grace."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.service.intake.consenting import agree, by, child, consent, consents_told, guardian
from tests.service.intake.scenes import Start, coordinator, good, network, participant, types
from tests.support.running import Running

BORN = "2008-12-01"
COMES_OF_AGE = datetime(2026, 11, 30, 19, 30, tzinfo=UTC)
"""Midnight in Kabul."""
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
async def it(running: Start) -> Running:
    """The small network."""
    started = await running("intake")
    await network(started)
    return started


async def agreed(it: Running, *, lives_in: str = "KE") -> tuple[UUID, UUID]:
    """Somebody who comes of age soon and their guardian, who both agreed."""
    person = await child(it, BORN, lives_in=lives_in)
    parent = await guardian(it, person)
    for client in (by(it, parent), participant(it, person)):
        good(await agree(client, person, "take-part"))
    return person, parent


async def test_guardians_lose_access_on_the_day_where_the_person_lives(it: Running) -> None:
    """Not a minute before, not a day later; it is told once, without an age."""
    person, parent = await agreed(it)
    it.set_clock(COMES_OF_AGE - MINUTE)
    assert await it.fire() == 0
    good(await by(it, parent).get(f"/people/{person}/consents"))
    it.set_clock(COMES_OF_AGE)
    assert (await by(it, parent).get(f"/people/{person}/consents")).status_code == 404
    assert (await agree(by(it, parent), person, "take-part")).status_code == 404
    assert await it.fire() == 1
    told = [each for each in await it.emitted() if each.type == "rapport.person.came_of_age.v1"]
    assert [each.data.keys() for each in told] == [{"person", "site"}]
    assert await it.fire() == 0


async def test_what_guardians_agreed_to_stands_for_the_grace(it: Running) -> None:
    """Thirty days; then it ends, and the day is told. Before the birthday no day is told, it would tell the age."""
    person, _ = await agreed(it)
    assert (await it.emitted())[-1].data["valid_until"] is None
    it.set_clock(COMES_OF_AGE)
    await it.fire()
    found = await consent(it, person, "take-part")
    assert (found["state"], found["valid_until"], found["needed"]) == ("given", "2026-12-30", ["self"])
    assert found["asked_anew"]
    it.set_clock(COMES_OF_AGE + 30 * DAY - MINUTE)
    assert await it.fire() == 0
    it.set_clock(COMES_OF_AGE + 30 * DAY)
    assert await it.fire() == 1
    found = await consent(it, person, "take-part")
    assert (found["state"], found["ended_on"], found["missing"]) == ("withdrawn", "2026-12-31", ["own-consent"])
    assert [each for _, each in await consents_told(it)] == ["given", "given", "withdrawn"]


async def test_who_agrees_themself_in_time_goes_on(it: Running) -> None:
    """Asked anew, and answered; a child's word of before is not the adult's."""
    person, parent = await agreed(it)
    it.set_clock(COMES_OF_AGE + 10 * DAY)
    await it.fire()
    on_paper = {"giver": "guardian", "guardian": str(parent), "method": "call", "given_on": "2026-12-01"}
    assert (await agree(coordinator(it), person, "take-part", evidence=on_paper)).status_code == 409
    good(await agree(participant(it, person), person, "take-part"))
    it.set_clock(COMES_OF_AGE + 400 * DAY)
    assert await it.fire() == 0
    found = await consent(it, person, "take-part")
    assert (found["state"], found["valid_until"], found["asked_anew"]) == ("given", None, False)
    assert (await consents_told(it))[-1] == ("take-part", "given")


async def test_who_agreed_alone_is_not_asked_anew(it: Running) -> None:
    """Where the law lets a young person decide alone, their word is theirs."""
    person = await child(it, BORN, lives_in="DE")
    good(await agree(participant(it, person), person, "take-part"))
    it.set_clock(COMES_OF_AGE + 60 * DAY)
    assert await it.fire() == 1
    assert (await consent(it, person, "take-part"))["state"] == "given"


@pytest.mark.parametrize(
    ("corrected", "on_the_day", "later"),
    [("2008-12-11", 0, 1), ("2008-11-20", 1, 1), ("1990-01-01", 1, 1), (None, 0, 0)],
    ids=["later", "earlier", "an adult all along", "not known"],
)
async def test_a_corrected_date_moves_the_day(it: Running, corrected: str | None, on_the_day: int, later: int) -> None:
    """Armed anew; who turns out to be of age comes of age at once."""
    person = await child(it, BORN)
    good(await coordinator(it).put(f"/people/{person}/particulars", json={"born_on": corrected}))
    it.set_clock(COMES_OF_AGE)
    await it.fire()
    assert (await types(it)).count("person.came_of_age") == on_the_day
    it.set_clock(COMES_OF_AGE + 10 * DAY)
    await it.fire()
    assert (await types(it)).count("person.came_of_age") == later


async def test_an_adult_never_comes_of_age_here(it: Running) -> None:
    """Nobody is told of somebody who registered as an adult."""
    await child(it, "1990-01-01")
    it.set_clock(COMES_OF_AGE)
    assert await it.fire() == 0
