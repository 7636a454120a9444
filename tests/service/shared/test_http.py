"""The HTTP door on a real service: one transaction per request, problems, idempotency, bodies that cannot be used."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.ids import new_id
from tests.support.running import Running

PLACE = {"place": "network", "name": "Open Letters", "zone": "Europe/London", "country": "GB", "languages": ["en"]}
PERSON = {"site": "net", "name_to_use": "Sahar", "email": "sahar@example.org", "language": "fa", "zone": "Asia/Kabul"}


@pytest.fixture
async def intake(running: Callable[..., Awaitable[Running]]) -> Running:
    """Intake with one network."""
    it = await running("intake")
    async with it.client(role="administrator", site="net") as http:
        assert (await http.put("/places/net", json=PLACE)).status_code == 200
    return it


async def test_a_create_sent_twice_happens_once(intake: Running) -> None:
    """The same Idempotency-Key and body answer alike, and say that it is a repeat."""
    async with intake.client(role="coordinator", site="net") as http:
        key = {"Idempotency-Key": "k-1"}
        first = await http.post("/people", json=PERSON, headers=key)
        again = await http.post("/people", json=PERSON, headers=key)
    assert first.status_code == 201
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_twins_at_once_happen_once(intake: Running) -> None:
    """A concurrent twin waits for the first and replays it."""
    async with intake.client(role="coordinator", site="net") as http:
        headers = {"Idempotency-Key": "k-2"}
        answers = await asyncio.gather(*(http.post("/people", json=PERSON, headers=headers) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["person"] for answer in answers}) == 1


async def test_a_key_with_another_body_is_refused(intake: Running) -> None:
    """A key belongs to one request."""
    async with intake.client(role="coordinator", site="net") as http:
        await http.post("/people", json=PERSON, headers={"Idempotency-Key": "k-3"})
        other = await http.post(
            "/people", json=PERSON | {"email": "other@example.org"}, headers={"Idempotency-Key": "k-3"}
        )
    assert other.status_code == 422
    assert other.json()["type"] == "urn:rapport:problem:idempotency-key-reused"


async def test_a_refused_request_leaves_its_key_free(intake: Running) -> None:
    """After a refusal the mended request may use the same key."""
    async with intake.client(role="coordinator", site="net") as http:
        headers = {"Idempotency-Key": "k-4"}
        bad = await http.post("/people", json=PERSON | {"site": "nowhere"}, headers=headers)
        good = await http.post("/people", json=PERSON, headers=headers)
    assert bad.status_code in (403, 409, 422)
    assert good.status_code == 201


async def test_another_callers_key_replays_nothing(intake: Running) -> None:
    """An answer is replayed to its own caller alone."""
    headers = {"Idempotency-Key": "k-5"}
    async with intake.client(role="coordinator", site="net", person=new_id()) as http:
        assert (await http.post("/people", json=PERSON, headers=headers)).status_code == 201
    async with intake.client(role="coordinator", site="net", person=new_id()) as http:
        other = await http.post("/people", json=PERSON, headers=headers)
    assert "Idempotency-Replayed" not in other.headers


BODIES: dict[str, dict[str, Any]] = {
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "a list": {"json": []},
    "nothing": {},
    "NUL in a name": {"json": PERSON | {"name_to_use": "a\x00b"}},
    "a lone surrogate": {
        "content": b'{"site":"net","name_to_use":"\\ud800","language":"fa","zone":"UTC","email":"a@example.org"}',
        "headers": {"Content-Type": "application/json"},
    },
    "broken UTF-8": {"content": b'{"site":"\xff"}', "headers": {"Content-Type": "application/json"}},
    "another media type": {"content": b"site=net", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    "an unknown field": {"json": PERSON | {"is_admin": True}},
    "a number far too large": {
        "content": b'{"site":' + b"9" * 5000 + b"}",
        "headers": {"Content-Type": "application/json"},
    },
    "nested without end": {"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_cannot_be_used_is_refused_at_the_door(intake: Running, body: dict[str, Any]) -> None:
    """Never a 500, always a problem that names the field, and no value echoed."""
    async with intake.client(role="coordinator", site="net") as http:
        answer = await http.post("/people", **body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


async def test_a_body_over_the_limit_is_refused(intake: Running) -> None:
    """A megabyte is enough."""
    async with intake.client(role="coordinator", site="net") as http:
        answer = await http.post("/people", content=b"x" * 1_100_000, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_unknown_routes_and_methods_are_problems(intake: Running) -> None:
    """404 and 405 look like every other refusal."""
    async with intake.client(role="coordinator", site="net") as http:
        for answer in (await http.get("/nowhere"), await http.delete("/people")):
            assert answer.status_code in (404, 405)
            assert answer.headers["content-type"] == "application/problem+json"


async def test_an_away_database_is_503_and_stores_nothing(intake: Running) -> None:
    """The caller is told to come back."""
    intake.service.sessions.configure(bind=_unreachable())
    async with intake.client(role="coordinator", site="net") as http:
        answer = await http.post("/people", json=PERSON)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json()["type"] == "urn:rapport:problem:database-away"


def _unreachable() -> Any:
    from shared.db import create_engine

    return create_engine("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none")


async def test_the_correlation_id_of_a_request_reaches_its_events(intake: Running) -> None:
    """One story, one id, from the caller to the event."""
    story = str(new_id())
    async with intake.client(role="administrator", site="net") as http:
        place = PLACE | {"place": "organisation"}
        answer = await http.put("/places/net.af", json=place, headers={"X-Correlation-ID": story})
    assert answer.headers["X-Correlation-ID"] == story
    assert str((await intake.emitted())[-1].correlationid) == story


async def test_quiet_tells_what_is_under_way(intake: Running) -> None:
    """An operator sees that an event waits in the outbox; others see nothing."""
    async with intake.client(role="operator", site="net") as http:
        found = (await http.get("/internal/quiet")).json()
    assert found["quiet"] is False
    assert found["outbox"] == 1
    async with intake.client(role="coordinator", site="net") as http:
        assert (await http.get("/internal/quiet")).status_code == 403
    async with intake.client() as http:
        assert (await http.get("/internal/quiet")).status_code == 401
        assert (await http.get("/livez")).status_code == 200
