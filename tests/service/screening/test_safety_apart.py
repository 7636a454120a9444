"""Whoever has no grant to a case's evidence cannot tell a refusal for safety from one for time or skill."""

import re
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from shared.access import Role
from shared.contracts.intake import Tier
from tests.service.screening.story import SITE, applies, identity, place, role
from tests.support.orders import UUID_TEXT
from tests.support.running import Running

FIRST, SECOND, CLOSE = identity(0x51), identity(0x52), identity(0x53)
PERSON: Role = "participant"
COORDINATOR: Role = "coordinator"
SCREENER: Role = "screener"
CATEGORIES = {1: "volunteer-no-time", 2: "volunteer-no-skill", 3: "volunteer-safety"}


async def decline(it: Running, clearance: str, criterion: str) -> None:
    """Decline a case, by two people where it takes two."""
    path, body = f"/cases/{clearance}/decision", {"decision": "decline", "criterion": criterion}
    async with it.client(role="screener", site=SITE, person=FIRST) as http:
        answer = (await http.post(path, json=body)).json()
    if answer["state"] == "proposed":
        async with it.client(role="screener", site=SITE, person=SECOND) as http:
            answer = (await http.post(f"{path}/agreement", json={"agrees": True})).json()
    assert answer["state"] == "declined"


async def views(it: Running, clearance: str, who: UUID, as_role: Role, applicant: UUID) -> list[str]:
    """All that somebody sees of a case, ETags included, without its own ids."""
    seen = []
    queries = ["?state=declined", "?state=open", "?state=proposed", f"?person={applicant}"]
    paths = [f"/cases/{clearance}", f"/cases/{clearance}/steps", *(f"/cases{query}" for query in queries)]
    async with it.client(role=as_role, site=SITE, person=who) as http:
        for path in paths:
            answer = await http.get(path)
            items = answer.json().get("items") if path.startswith("/cases?") else None
            shown = [each for each in items if each["clearance"] == clearance] if items is not None else answer.json()
            seen.append(UUID_TEXT.sub("an id", repr((answer.status_code, shown))))
    return seen


@pytest.mark.parametrize("tier", ["intermediate", "comprehensive"])
async def test_time_skill_and_safety_look_alike(running: Callable[..., Awaitable[Running]], tier: Tier) -> None:
    """R54, trap 15: in each view, list and filter, for the person, a coordinator and a screener who is close."""
    it = await running("screening")
    await it.hear(place())
    await it.hear(role("mentor-adult", "mentor", "one-on-one", tier=tier))
    for number in CATEGORIES:
        await it.hear(applies(number, number, "mentor-adult", "mentor"))
    async with it.client(role="screener", site=SITE) as http:
        cases = {UUID(case["person"]): case["clearance"] for case in (await http.get("/cases")).json()["items"]}
        for number in CATEGORIES:
            tie = {"person": str(CLOSE), "other": str(identity(number)), "kind": "relative", "site": SITE}
            assert (await http.post("/ties", json=tie)).status_code == 201
    found: dict[str, set[str]] = {}
    for number, criterion in CATEGORIES.items():
        clearance = cases[identity(number)]
        await decline(it, clearance, criterion)
        for who, as_role in ((identity(number), PERSON), (SECOND, COORDINATOR), (CLOSE, SCREENER)):
            found.setdefault(as_role, set()).add(str(await views(it, clearance, who, as_role, identity(number))))
    assert {name: len(ways) for name, ways in found.items()} == {"participant": 1, "coordinator": 1, "screener": 1}
    assert not re.search("volunteer-(safety|no)", str(found))


async def test_a_refusal_for_safety_that_waits_is_not_seen_to_wait(high: Running) -> None:
    """R54, trap 15: to its person the case is open until the refusal takes effect, in each list and view."""
    person = identity(1)
    async with high.client(role="screener", site=SITE, person=FIRST) as http:
        (case,) = (await http.get("/cases")).json()["items"]
        before = await views(high, case["clearance"], person, "participant", person)
        body = {"decision": "decline", "criterion": "volunteer-safety"}
        assert (await http.post(f"/cases/{case['clearance']}/decision", json=body)).json()["state"] == "proposed"
    assert await views(high, case["clearance"], person, "participant", person) == before
    assert await views(high, case["clearance"], person, "screener", person) == before


async def test_an_etag_says_no_more_than_what_is_shown(high: Running) -> None:
    """Trap 15: the version that counts what screeners do is not for the person."""
    person = identity(1)
    async with (
        high.client(role="participant", site=SITE, person=person) as own,
        high.client(role="screener", site=SITE, person=FIRST) as http,
    ):
        (case,) = (await http.get("/cases")).json()["items"]
        path = f"/cases/{case['clearance']}"
        before, seen = (await own.get(path)).headers["ETag"], (await http.get(path)).headers["ETag"]
        await http.post(f"{path}/decision", json={"decision": "decline", "criterion": "volunteer-safety"})
        assert (await own.get(path)).headers["ETag"] == before
        assert (await http.get(path)).headers["ETag"] != seen
