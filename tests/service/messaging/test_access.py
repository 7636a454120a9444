"""Every route: without a token, by a stranger, by another site's staff, and by who may."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from shared.access import OPEN_ROUTES, Role
from shared.service import Service
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    OTHER_PAIR,
    PAIR,
    STRANGER,
    Factory,
    announce,
    call,
    cleared,
    matched,
    paired,
    person,
    write,
)
from tests.support.running import Running

AWAY = {"starts": "2026-11-03T08:00:00Z", "ends": "2026-11-05T08:00:00Z", "person": str(MENTOR)}

Scene = tuple[Running, str, str]
"""The service, the id of an away notice, and that of a concern of the pair's mentor."""

CONCERN = {"weight": "talk", "text": "May I talk to somebody?"}

LISTS = {"/conversations", "/away-notices"}
ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/conversations"): {},
    ("GET", "/conversations/{pair}"): {},
    ("GET", "/conversations/{pair}/messages"): {"params": {"purpose": "concern"}},
    ("POST", "/conversations/{pair}/messages"): {"json": {"text": "hello"}},
    ("GET", "/conversations/{pair}/kept-messages"): {},
    ("POST", "/conversations/{pair}/kept-messages/{message}/sending"): {},
    ("DELETE", "/conversations/{pair}/kept-messages/{message}"): {},
    ("GET", "/conversations/{pair}/debts"): {},
    ("POST", "/conversations/{pair}/acknowledgement"): {},
    ("POST", "/conversations/{pair}/waiver"): {},
    ("POST", "/away-notices"): {"json": AWAY},
    ("GET", "/away-notices"): {},
    ("POST", "/away-notices/{away}/end"): {},
    ("POST", "/conversations/{pair}/concerns"): {"json": CONCERN},
    ("POST", "/concerns"): {"json": CONCERN | {"site": "net.af.kabul"}},
    ("GET", "/concerns/{concern}"): {},
}
ALL_ROUTES = pytest.mark.parametrize(("method", "path"), list(ROUTES), ids=[" ".join(route) for route in ROUTES])


@pytest.fixture
async def scene(running: Factory) -> Scene:
    """A pair with a message and an absence of its mentor, and a stranger in a pair of their own."""
    it = await paired(running)
    await it.hear(cleared(STRANGER, "mentee"))
    await it.hear(matched(OTHER_PAIR, person(0x33), STRANGER))
    await write(it, MENTOR)
    concern = await call(it, MENTOR, "POST", f"/conversations/{PAIR}/concerns", json=CONCERN)
    return it, (await announce(it, MENTOR, 24, 48)).json()["away"], concern.json()["concern"]


async def ask(scene: Scene, method: str, path: str, who: UUID | None, role: Role | None, site: str) -> tuple[int, str]:
    """Call a route; returns status and body."""
    it, away, concern = scene
    async with it.client(person=who, role=role, site=site) as client:
        options = ROUTES[method, path]
        answer = await client.request(
            method, path.format(pair=PAIR, away=away, concern=concern, message=OTHER_PAIR), **options
        )
    return answer.status_code, answer.text


def routes_of(service: Service) -> set[tuple[str, str]]:
    """The routes of the service's own routers."""
    return {
        (method, route.path)
        for router in service.routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


async def test_every_route_is_tested_here(running: Factory) -> None:
    """Rule 9: a new route needs a line in ROUTES."""
    it = await running("messaging")
    assert {key for key in routes_of(it.service) if key[1] not in OPEN_ROUTES} == set(ROUTES)


@ALL_ROUTES
async def test_without_a_token_nothing_answers(scene: Scene, method: str, path: str) -> None:
    """Rule 9."""
    assert (await ask(scene, method, path, None, None, "net"))[0] == 401


@ALL_ROUTES
@pytest.mark.parametrize(
    ("who", "role", "site"),
    [
        (STRANGER, "participant", "net.af.kabul"),
        (person(0x44), "participant", "net.af.kabul"),
        (person(0x45), "administrator", "net.af.herat"),
        (person(0x45), "administrator", "net.af.kab"),
        (person(0x46), "screener", "net"),
        (person(0x47), "service", "*"),
    ],
)
async def test_a_stranger_finds_nothing(scene: Scene, method: str, path: str, who: UUID, role: Role, site: str) -> None:
    """Rule 9, trap 16: another pair's member, another site's staff, a role that has nothing to do here."""
    status, body = await ask(scene, method, path, who, role, site)
    if (method, path) in {("GET", listed) for listed in LISTS}:
        assert status == 200
    else:  # whoever is known at a place may be concerned there
        assert status == (201 if (path, who) == ("/concerns", STRANGER) else 404)
    assert str(MENTEE) not in body
    assert str(MENTOR) not in body


@ALL_ROUTES
async def test_a_member_is_answered(scene: Scene, method: str, path: str) -> None:
    """Rule 9: by their part in the pair."""
    status, body = await ask(scene, method, path, MENTOR, "participant", "net.af.kabul")
    kept = 404 if "{message}" in path else 0
    assert status == (kept or (201 if (method, path) in CREATES else 200))
    assert str(MENTOR) in body or "kept" in path or path.endswith(("acknowledgement", "waiver", "concerns"))


CREATES = {
    ("POST", path)
    for path in ("/conversations/{pair}/messages", "/away-notices", "/conversations/{pair}/concerns", "/concerns")
}


@ALL_ROUTES
async def test_staff_of_the_site_see_and_do_not_write(scene: Scene, method: str, path: str) -> None:
    """Rule 9: an administrator of a place above sees all of it, and writes in nobody's name."""
    status, _ = await ask(scene, method, path, person(0x48), "administrator", "net.af")
    raising = path.endswith("/concerns")
    acting = "kept-messages" in path or (method == "POST" and path.startswith("/conversations") and not raising)
    of_others = 404 if path.endswith("{concern}") else 200
    assert status == (403 if acting else 201 if raising or (method, path) == ("POST", "/away-notices") else of_others)
