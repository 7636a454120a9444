"""A conduct case that freezes somebody of staff puts their grants to sleep, and nobody learns why."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from deploy.registry import resends
from shared.contracts.intake import PersonMerged
from shared.outbox.resend import resend
from tests.service.screening.conduct_scenes import (
    CLAUSE,
    COORDINATOR,
    HEAD,
    MENTOR,
    Factory,
    good,
    raised,
    staffed,
)
from tests.service.screening.scenes import CLEAR, know
from tests.service.screening.story import SITE, applies, role
from tests.support.running import BEGINNING, Running

UP: dict[str, Any] = {"who": HEAD, "at": "net"}
"""What concerns staff goes a level up."""


@pytest.fixture
async def network(running: Factory) -> Running:
    """A cleared mentor, mentee and coordinator."""
    return await staffed(running)


async def said(it: Running, person: Any = COORDINATOR) -> list[str]:
    """What was told of a person's clearances, oldest first."""
    family = ("screening.cleared", "screening.declined", "clearance.expiring", "clearance.ended")
    names = [(each.type.removeprefix("rapport.").removesuffix(".v1"), each.data) for each in await it.emitted()]
    return [name for name, data in names if name in family and data["person"] == str(person)]


async def suspended(it: Running, number: int = 1, kind: str = "suspend", **more: Any) -> str:
    """A case about the coordinator, who is suspended in it; its path."""
    case = await raised(it, "talk", 4, number=number)
    body = {"person": str(COORDINATOR), "measure": kind, **CLAUSE, **more}
    await good(it, "POST", f"{case}/measures", body, **UP)
    return case


async def close(it: Running, case: str) -> None:
    """The case is over."""
    await good(it, "POST", f"{case}/closing", {"outcome": "settled"}, **UP)


async def case_of(it: Running, kind: str) -> str:
    """The path of the coordinator's case for a role of this kind."""
    items = (await good(it, "GET", "/cases", **UP))["items"]
    return next(
        f"/cases/{each['clearance']}" for each in items if (each["kind"], each["person"]) == (kind, str(COORDINATOR))
    )


async def applied(it: Running, kind: str = "moderator") -> str:
    """The coordinator has passed all that another role asks for; the path of that case."""
    await it.hear(role(f"{kind}-adult", kind))
    await it.hear(applies(9, 4, f"{kind}-adult", kind))
    await know(it)
    path = await case_of(it, kind)
    required = (await good(it, "GET", path, **UP))["required"]
    passed = [{"check": check, "outcome": "passed"} for check in required]
    await good(it, "POST", f"{path}/results", {"results": passed}, **UP)
    return path


async def test_a_suspension_is_told_as_an_end_and_its_end_as_a_clearance(network: Running) -> None:
    """R57, R54: readers learn that somebody may not act, never that a case stands."""
    case = await suspended(network)
    assert await said(network) == ["screening.cleared", "clearance.ended"]
    await close(network, case)
    assert await said(network) == ["screening.cleared", "clearance.ended", "screening.cleared"]
    assert (await good(network, "GET", await case_of(network, "coordinator"), **UP))["state"] == "cleared"


async def test_it_is_nobodys_to_see(network: Running) -> None:
    """Trap 16: neither the person nor their colleagues read from the case that a suspension stands."""
    path = await case_of(network, "coordinator")
    seen = [await good(network, "GET", path), await good(network, "GET", path, who=COORDINATOR, as_="participant")]
    await suspended(network)
    assert [
        await good(network, "GET", path), await good(network, "GET", path, who=COORDINATOR, as_="participant")
    ] == seen  # fmt: skip


async def test_the_clearance_goes_on_when_the_last_case_lets_go(network: Running) -> None:
    """R57: two cases freeze the same person; the end of one of them wakes nobody."""
    first, second = await suspended(network), await suspended(network, 2)
    await close(network, first)
    assert await said(network) == ["screening.cleared", "clearance.ended"]
    await close(network, second)
    assert (await said(network))[2:] == ["screening.cleared"]


async def test_a_restriction_lets_go_on_its_day(network: Running) -> None:
    """R57: by the deadline, without anybody."""
    await suspended(network, kind="restrict", until="2026-11-05T08:00:00Z")
    network.set_clock(BEGINNING + timedelta(days=3))
    await network.fire()
    assert await said(network) == ["screening.cleared", "clearance.ended", "screening.cleared"]


async def test_who_is_cleared_while_frozen_acts_after_it(network: Running) -> None:
    """R57: another role is no way around a suspension."""
    path = await applied(network)
    case = await suspended(network)
    await good(network, "POST", f"{path}/decision", CLEAR, **UP)
    assert await said(network) == ["screening.cleared", "clearance.ended", "clearance.ended"]
    await close(network, case)
    assert (await said(network))[3:] == ["screening.cleared", "screening.cleared"]


@pytest.mark.parametrize("turn", [False, True])
async def test_clearing_and_suspending_at_once_ends_suspended(network: Running, turn: bool) -> None:
    """Trap 2: whichever commits first, the last word of each clearance is that it does not stand."""
    path = await applied(network)
    both = [good(network, "POST", f"{path}/decision", CLEAR, **UP), suspended(network)]
    await asyncio.gather(*(reversed(both) if turn else both))
    last = {each.subject: each.type for each in await network.emitted() if each.data.get("person") == str(COORDINATOR)}
    assert set(last.values()) == {"rapport.clearance.ended.v1"}


async def test_what_ended_meanwhile_does_not_come_back(network: Running) -> None:
    """Trap 7: a clearance that was withdrawn, or ran out, under a suspension stays ended after it."""
    case = await suspended(network)
    path = await case_of(network, "coordinator")
    await good(network, "POST", f"{path}/withdrawal", {"criterion": "volunteer-safety"}, **UP)
    await close(network, case)
    assert await said(network) == ["screening.cleared", "clearance.ended", "clearance.ended"]


async def test_a_mentors_clearance_stands_beside_their_freeze(network: Running) -> None:
    """Of mentors messaging hears the freeze itself; their pairs wait for them."""
    case = await raised(network, "talk", 1)
    await good(network, "POST", f"{case}/measures", {"person": str(MENTOR), "measure": "suspend", **CLAUSE})
    assert await said(network, MENTOR) == ["screening.cleared"]


async def test_a_freeze_of_one_record_holds_for_the_other(network: Running) -> None:
    """R57, trap 17: a second record of the same person, kept instead, is no way around a suspension."""
    case = await raised(network, "talk", 1)
    await good(network, "POST", f"{case}/measures", {"person": str(MENTOR), "measure": "suspend", **CLAUSE})
    await network.hear(PersonMerged(person=COORDINATOR, given_up=MENTOR, site=SITE))
    assert (await said(network))[-1] == "clearance.ended"
    await close(network, case)
    assert (await said(network))[-1] == "screening.cleared"


async def test_a_suspension_told_anew_is_what_was_told_last(network: Running) -> None:
    """A reader that rebuilds its copy does not wake whom a case freezes."""
    await suspended(network)
    owner = resends("screening")
    (family,) = [each for each in owner.families if each.name == "clearance"]
    await resend(network.service.sessions, owner, family, BEGINNING + timedelta(days=1), named=())
    assert await said(network) == ["screening.cleared", "clearance.ended", "clearance.ended"]
