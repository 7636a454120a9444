"""Every route: without a token, by a stranger, by another site's staff, by a member, and by who may."""

from typing import Any
from uuid import UUID

import pytest

from shared.access import Role
from shared.service import Service
from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OFFERING,
    SITE,
    STRANGER,
    Factory,
    Scene,
    admit,
    paired,
    person,
    run,
)

NOMINATION = {"offering": OFFERING, "mentor": str(MENTOR), "mentee": str(MENTEE), "vouched_by": "A colleague."}

ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/runs"): {"json": {"offering": OFFERING}},
    ("GET", "/runs/{run}"): {},
    ("POST", "/runs/{run}/confirmation"): {"json": {}},
    ("POST", "/nominations"): {"json": NOMINATION},
    ("GET", "/pairs"): {},
    ("GET", "/pairs/{pair}"): {},
    ("GET", "/pairs/{pair}/styles"): {},
    ("POST", "/pairs/{pair}/closure"): {"json": {"reason": "The year is over."}},
    ("GET", "/pool"): {"params": {"offering": OFFERING}},
}
MEMBERS_ANSWER = {
    ("GET", "/pairs"): 200, ("GET", "/pairs/{pair}"): 200, ("GET", "/pairs/{pair}/styles"): 200,
    ("POST", "/pairs/{pair}/closure"): 403,
}  # fmt: skip
ALL_ROUTES = pytest.mark.parametrize(("method", "path"), list(ROUTES), ids=" ".join)


@pytest.fixture
async def scene(running: Factory) -> Scene:
    """A pair, and a run that proposes another one."""
    it, pair = await paired(running)
    await admit(it, person(0x31), "mentor")
    await admit(it, person(0x32), "mentee")
    return it, {"pair": pair, "run": (await run(it))["run"]}


async def ask(scene: Scene, method: str, path: str, who: UUID | None, role: Role | None, site: str) -> tuple[int, str]:
    """Call a route; returns status and body."""
    it, names = scene
    async with it.client(person=who, role=role, site=site) as client:
        answer = await client.request(method, path.format(**names), **ROUTES[method, path])
    return answer.status_code, answer.text


def routes_of(service: Service) -> set[tuple[str, str]]:
    """The routes of the service's own routers."""
    return {
        (method, getattr(route, "path", ""))
        for router in service.routers
        for route in router.routes
        for method in getattr(route, "methods", ())
    }


async def test_every_route_is_tested_here(running: Factory) -> None:
    """Rule 9: a new route needs a line in ROUTES."""
    it = await running("matching")
    assert routes_of(it.service) == set(ROUTES)


@ALL_ROUTES
async def test_without_a_token_nothing_answers(scene: Scene, method: str, path: str) -> None:
    """Rule 9."""
    assert (await ask(scene, method, path, None, None, "net"))[0] == 401


@ALL_ROUTES
@pytest.mark.parametrize(
    ("who", "role", "site"),
    [
        (STRANGER, "participant", SITE),
        (person(0x44), "coordinator", "net.af.herat"),
        (person(0x44), "administrator", "net.jo"),
        (person(0x44), "administrator", "net.af.kab"),
        (person(0x44), "screener", "net"),
        (person(0x44), "moderator", "net"),
        (person(0x44), "service", "*"),
    ],
)
async def test_a_stranger_finds_nothing(scene: Scene, method: str, path: str, who: UUID, role: Role, site: str) -> None:
    """Rule 9, trap 16: another site's staff, a role that has nothing to do here, a participant of no pair."""
    status, body = await ask(scene, method, path, who, role, site)
    assert status == (200 if (method, path) == ("GET", "/pairs") else 404)
    assert str(MENTOR) not in body
    assert len(await scene[0].emitted()) == 1


@ALL_ROUTES
async def test_a_member_sees_their_own_pair(scene: Scene, method: str, path: str) -> None:
    """Rule 9: by their part in the pair; nothing of the pool, and nothing to decide."""
    status, body = await ask(scene, method, path, MENTEE, "participant", SITE)
    expected = MEMBERS_ANSWER.get((method, path), 404)
    assert status == expected
    assert (str(MENTOR) in body) == (expected == 200)


@ALL_ROUTES
@pytest.mark.parametrize("role", ["coordinator", "administrator"])
@pytest.mark.parametrize("site", [SITE, "net.af"])
async def test_staff_of_the_site_are_answered(scene: Scene, method: str, path: str, role: Role, site: str) -> None:
    """Rule 9: at the site or above it."""
    status, _ = await ask(scene, method, path, person(0x45), role, site)
    assert status == (201 if (method, path) == ("POST", "/runs") else 200)
