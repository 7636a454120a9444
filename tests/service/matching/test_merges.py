"""Pairs of somebody whose record was given up for another one."""

from typing import Any

from shared.contracts.intake import ProfileChanged
from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OTHER_OFFERING,
    STRANGER,
    Factory,
    admit,
    applied,
    call,
    close,
    confirm,
    nominate,
    offering,
    paired,
    person,
    run,
)
from tests.service.merged import merged
from tests.support.running import Running

KEPT, FIFTH = person(5), person(6)


async def pairs(it: Running) -> list[dict[str, Any]]:
    """All pairs, oldest first."""
    items: list[dict[str, Any]] = (await call(it, "GET", "/pairs")).json()["items"]
    return items


def mentor(pair: dict[str, Any]) -> str:
    """Who mentors."""
    (found,) = [member["person"] for member in pair["members"] if member["role"] == "mentor"]
    return str(found)


async def told(it: Running) -> list[str]:
    """What was told of pairs."""
    return [each.type.split(".")[2] for each in await it.emitted()]


async def test_a_pair_follows_the_person(running: Factory) -> None:
    """Its history stays, and these two are never paired again."""
    it, pair = await paired(running)
    await admit(it, KEPT, "mentor", weekly_hours=3.0)
    await it.hear(merged(MENTOR, KEPT))
    (one,) = await pairs(it)
    assert (one["pair"], mentor(one), one["state"]) == (pair, str(KEPT), "open")
    assert (await nominate(it, KEPT)).json()["pair"] == pair, "they are a pair already"
    assert (await nominate(it, MENTOR, STRANGER)).status_code == 409, "who was given up is cleared for nothing"
    assert (await close(it, pair)).status_code == 200
    event = (await it.emitted())[-1]
    assert {member["person"] for member in event.data["members"]} == {str(KEPT), str(MENTEE)}


async def test_what_one_person_cannot_have_twice_ends(running: Factory) -> None:
    """The younger of two pairs of the same two people, told as closed; closed ones may stand beside each other."""
    it, older = await paired(running)
    await it.hear(offering(OTHER_OFFERING))
    await admit(it, KEPT, "mentor", OTHER_OFFERING)
    await admit(it, MENTEE, "mentee", OTHER_OFFERING, weekly_hours=3.0)
    younger = (await nominate(it, KEPT, MENTEE, OTHER_OFFERING)).json()["pair"]
    await it.hear(merged(MENTOR, KEPT))
    assert {one["pair"]: (one["state"], mentor(one)) for one in await pairs(it)} == {
        older: ("open", str(KEPT)), younger: ("closed", str(KEPT)),
    }  # fmt: skip
    assert (await told(it))[-1] == "closed"


async def test_nobody_is_paired_with_themself(running: Factory) -> None:
    """A pair of the two records ends; who they were stays as it was told."""
    it, pair = await paired(running)
    await it.hear(merged(MENTOR, MENTEE))
    (one,) = await pairs(it)
    assert (one["pair"], one["state"], mentor(one)) == (pair, "closed", str(MENTOR))
    assert (await told(it))[-1] == "closed"


async def test_a_proposal_of_the_given_up_record_is_replaced(running: Factory) -> None:
    """A run makes another one; nobody confirms a pair of somebody who is not there."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    found = await run(it)
    await it.hear(merged(MENTOR, KEPT))
    confirmed = await confirm(it, found)
    assert confirmed["pairs"] == []
    assert await pairs(it) == []
    await it.hear(ProfileChanged(person=KEPT, site="net.af.kabul"))
    await admit(it, KEPT, "mentor")
    assert len((await confirm(it, await run(it)))["pairs"]) == 1


async def test_what_comes_late_counts_for_the_kept_person(running: Factory) -> None:
    """A clearance and an application of the given-up id, heard after the merge."""
    it = await running("matching")
    await it.hear(offering())
    await it.hear(merged(MENTOR, KEPT))
    await it.hear(applied(FIFTH, "mentee"))
    await it.hear(merged(FIFTH, MENTEE))
    await admit(it, MENTEE, "mentee")
    await it.hear(applied(MENTOR, "mentor"))
    pool = (await call(it, "GET", "/pool", params={"offering": "first-steps@net.af.kabul"})).json()
    assert {each["person"] for each in pool["items"]} == {str(KEPT), str(MENTEE)}
