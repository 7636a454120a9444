"""Nobody is matched on an old signature; pairs that run go on in the grace (trap 8)."""

from datetime import timedelta
from typing import Any

from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    Factory,
    admit,
    asks,
    call,
    confirm,
    nominate,
    paired,
    run,
    signs,
)
from tests.support.running import BEGINNING, Running


async def waiting(running: Factory) -> Running:
    """A mentor who signed what is in force and a mentee who signed what was."""
    it = await running("matching")
    await it.hear(signs(MENTEE, 1))
    await it.hear(signs(MENTOR, 2))
    await it.hear(asks())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    return it


async def reasons(it: Running) -> dict[str, Any]:
    """Why people of the pool cannot be paired now."""
    found: dict[str, Any] = (await call(it, "GET", "/pool?offering=first-steps@net.af.kabul")).json()
    return {each["person"]: each["reason"] for each in found["items"]}


async def test_nobody_is_matched_on_an_old_signature(running: Factory) -> None:
    """R72, trap 8: not by a run and not by a nomination, also in the grace; signing lets them in."""
    it = await waiting(running)
    assert await reasons(it) == {str(MENTEE): "agreement-unsigned", str(MENTOR): None}
    found = await run(it)
    assert found["proposals"] == []
    assert {each["person"]: each["reason"] for each in found["unmatched"]}[str(MENTEE)] == "agreement-unsigned"
    refused = await nominate(it)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "mentee")
    await it.hear(signs(MENTEE, 2), sequence=2)
    assert len((await run(it))["proposals"]) == 1
    assert (await nominate(it)).status_code == 201


async def test_a_new_version_between_run_and_confirmation_counts(running: Factory) -> None:
    """Trap 8: what was proposed before is checked anew."""
    it = await waiting(running)
    await it.hear(signs(MENTEE, 2), sequence=2)
    found = await run(it)
    await it.hear(asks(3), sequence=2)
    confirmed = await confirm(it, found)
    assert confirmed["pairs"] == []
    assert confirmed["refused"][0]["reasons"] == ["mentor-unsigned", "mentee-unsigned"]


async def test_a_running_pair_is_frozen_after_the_grace(running: Factory) -> None:
    """Trap 8: it goes on in the grace, freezes on the day after, and signing lifts that."""
    it, pair = await paired(running)
    for event in (signs(MENTOR, 1), signs(MENTEE, 2), asks()):
        await it.hear(event, sequence=2)
    assert not await frozen(it, pair)
    it.set_clock(BEGINNING + timedelta(days=30))
    assert await frozen(it, pair)
    await it.hear(signs(MENTOR, 2), sequence=3)
    assert not await frozen(it, pair)


async def test_an_offering_of_before_asks_for_nothing(running: Factory) -> None:
    """What intake told before agreements came to be keeps nobody out."""
    it, pair = await paired(running)
    assert not await frozen(it, pair)


async def frozen(it: Running, pair: str) -> bool:
    """Whether the pair is shown as frozen."""
    found: bool = (await call(it, "GET", f"/pairs/{pair}")).json()["frozen"]
    return found
