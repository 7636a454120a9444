"""Whoever withdraws leaves the pool at once; what stands with their pairs is theirs to close."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OFFERING,
    admit,
    applied,
    call,
    ended,
    nominate,
    offering,
    paired,
    run,
    withdrew,
)
from tests.support.running import Running

Start = Callable[..., Awaitable[Running]]


async def pool(it: Running) -> dict[UUID, Any]:
    """Who is in the pool, and why they cannot be paired."""
    answer = await call(it, "GET", "/pool", params={"offering": OFFERING})
    return {UUID(one["person"]): one["reason"] for one in answer.json()["items"]}


@pytest.mark.parametrize("late", [False, True])
async def test_an_applicant_who_withdraws_is_in_no_pool(running: Start, late: bool) -> None:
    """Whichever of the two is heard first."""
    it = await running("matching")
    await it.hear(offering())
    told = [(applied(MENTOR, "mentor"), 1), (withdrew(MENTOR, "mentor"), 2)]
    for event, sequence in reversed(told) if late else told:
        await it.hear(event, sequence=sequence)
    assert await pool(it) == {}
    await it.hear(applied(MENTOR, "mentor"), sequence=3)
    assert await pool(it) == {MENTOR: "being-screened"}


async def test_nobody_is_proposed_who_withdrew(running: Start) -> None:
    """Also before the end of their clearance was heard: neither by a run, nor nominated."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    await it.hear(withdrew(MENTOR, "mentor"), sequence=2)
    assert await pool(it) == {MENTEE: None}
    assert (await run(it))["proposals"] == []
    assert (await nominate(it)).status_code == 409


async def test_a_proposal_of_who_withdrew_is_not_confirmed(running: Start) -> None:
    """What was proposed before is looked at anew."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    found = await run(it)
    assert len(found["proposals"]) == 1
    await it.hear(withdrew(MENTEE, "mentee"), sequence=2)
    answer = await call(it, "POST", f"/runs/{found['run']}/confirmation", json={})
    assert "mentee-not-cleared" in answer.text


async def test_a_pair_stays_until_the_clearance_ends(running: Start) -> None:
    """It is not closed by itself, and freezes only when screening says that the clearance ended (trap 7)."""
    it, pair = await paired(running)
    await it.hear(withdrew(MENTOR, "mentor"), sequence=2)
    shown = (await call(it, "GET", f"/pairs/{pair}")).json()
    assert (shown["state"], shown["frozen"]) == ("open", False)
    await it.hear(ended(MENTOR, "mentor"), sequence=2)
    shown = (await call(it, "GET", f"/pairs/{pair}")).json()
    assert (shown["state"], shown["frozen"]) == ("open", True)
