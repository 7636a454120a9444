"""Every route: without a token, by a stranger, by another site's staff, and by who may."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from shared.access import OPEN_ROUTES, Role
from shared.service import Service
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    HERAT,
    KABUL,
    PAIR,
    TORONTO,
    Factory,
    change,
    mails,
    matched,
    number,
    sent,
)
from tests.support.running import Running

ROUTES: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/mails"): {},
    ("GET", "/mails/{mail}"): {},
    ("POST", "/mails/{mail}/resolution"): {"json": {"outcome": "sent"}},
}
Ask = Callable[..., Awaitable[tuple[int, str]]]
ALL_ROUTES = pytest.mark.parametrize(("method", "path"), list(ROUTES), ids=" ".join)


@pytest.fixture
async def asked(running: Factory) -> Ask:
    """Calls a route about an unknown mail of Kabul; returns status and body."""
    it: Running = await running("notify")
    await it.hear(sent())
    await change(it, state="unknown")
    (row,) = await mails(it)

    async def ask(method: str, path: str, role: Role | None, site: str, who: UUID | None = None) -> tuple[int, str]:
        async with it.client(role=role, site=site, person=who) as client:
            answer = await client.request(method, path.format(mail=row.mail), **ROUTES[method, path])
        return answer.status_code, answer.text

    return ask


def routes_of(service: Service) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for router in service.routers
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }


async def test_every_route_is_tested_here(running: Factory) -> None:
    """Rule 9: a new route needs a line in ROUTES."""
    it = await running("notify")
    assert {key for key in routes_of(it.service) if key[1] not in OPEN_ROUTES} == set(ROUTES)


@ALL_ROUTES
async def test_without_a_token_nothing_answers(asked: Ask, method: str, path: str) -> None:
    """Rule 9."""
    assert (await asked(method, path, None, KABUL))[0] == 401


@ALL_ROUTES
@pytest.mark.parametrize(
    ("role", "site", "who"),
    [
        ("administrator", HERAT, None),
        ("coordinator", "net.af.kab", None),
        ("operator", TORONTO, None),
        ("screener", "net", None),
        ("service", "*", None),
        ("participant", KABUL, BORIS),
    ],
)
async def test_a_stranger_finds_nothing(
    asked: Ask, method: str, path: str, role: Role, site: str, who: UUID | None
) -> None:
    """Rule 9: another site's staff, other roles, and the recipient, who has the mail itself."""
    status, body = await asked(method, path, role, site, who)
    assert status == (200 if path == "/mails" else 404)
    assert str(BORIS) not in body


@ALL_ROUTES
@pytest.mark.parametrize(("role", "site"), [("administrator", "net.af"), ("operator", "*"), ("operator", KABUL)])
async def test_who_may_is_answered(asked: Ask, method: str, path: str, role: Role, site: str) -> None:
    """Rule 9: a grant covers everything below its place."""
    status, body = await asked(method, path, role, site)
    assert status == 200
    assert str(BORIS) in body


@ALL_ROUTES
async def test_a_coordinator_looks_and_does_not_decide(asked: Ask, method: str, path: str) -> None:
    """Rule 9: whether a mail is sent again is for administrators and operators."""
    status, _ = await asked(method, path, "coordinator", KABUL)
    assert status == (403 if method == "POST" else 200)


async def test_staff_of_either_site_of_a_pair_see_its_mails(running: Factory) -> None:
    """Section 4: an event of two sites concerns both."""
    it = await running("notify")
    await it.hear(matched(PAIR, AMINA, CLARE, other=TORONTO))
    for site, found in ((KABUL, 2), (TORONTO, 2), (HERAT, 0)):
        async with it.client(role="coordinator", site=site) as client:
            assert len((await client.get("/mails")).json()["items"]) == found


async def test_an_unknown_id_is_not_found(running: Factory) -> None:
    """The same answer as for what may not be seen."""
    it = await running("notify")
    async with it.client(role="administrator", site="net") as client:
        assert (await client.get(f"/mails/{number(9)}")).status_code == 404
        assert (await client.get("/mails/nonsense")).status_code == 422
