"""The HTTP door on a real service: one transaction per request, problems, idempotency, bodies that cannot be used."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import problems
from shared.access import CallerDep, Keys
from shared.clock import real_now
from shared.db import create_engine, create_sessions
from shared.http import RequestContext, SessionDep, TransactionRoute
from shared.idempotency import forget_old, idempotency
from shared.ids import new_id
from shared.merging import merged_person
from tests.support.running import PUBLIC_KEYS, Running, token

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


router = APIRouter(route_class=TransactionRoute)


@router.post("/things/{outcome}", status_code=201)
async def _thing(outcome: str, body: dict[str, Any], caller: CallerDep, session: SessionDep) -> Any:
    await session.execute(text("INSERT INTO thing VALUES (:name)"), {"name": body.get("name", "a")})
    await session.execute(text("SELECT CAST(:number AS int)").bindparams(number=body.get("number", 1)))
    if outcome == "refused":
        return JSONResponse({}, 409)
    if outcome == "fails":
        raise RuntimeError
    return {"name": body.get("name")}


@dataclass
class Door:
    """The smallest app with a transaction per request; `woken` grows with every wake of the relay."""

    sessions: async_sessionmaker[AsyncSession]
    http: httpx2.AsyncClient
    woken: list[bool] = field(default_factory=list)

    async def count(self, table: str) -> int:
        """Rows committed."""
        async with self.sessions() as session:
            return await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.fixture
async def door(database: str, tmp_path: Path) -> AsyncIterator[Door]:
    """The app on an empty database with one table, whose names must differ by the commit."""
    engine = create_engine(database)
    async with engine.begin() as connection:
        await connection.run_sync(idempotency.create)
        await connection.run_sync(merged_person.create)
        await connection.execute(text("CREATE TABLE thing (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    (tmp_path / "keys.json").write_text(json.dumps(PUBLIC_KEYS))
    app = FastAPI()
    problems.install(app)
    app.add_middleware(RequestContext)
    app.include_router(router)
    app.state.sessions, app.state.keys = create_sessions(engine), Keys.from_file(tmp_path / "keys.json")
    app.state.wake = None
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token(role='coordinator')}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://door", headers=headers) as http:
        it = Door(app.state.sessions, http)
        app.state.committed = lambda: it.woken.append(True)
        yield it
    await engine.dispose()


async def test_what_is_answered_is_committed(door: Door) -> None:
    """A 2xx means that it is stored; the relay is woken for it."""
    assert (await door.http.post("/things/made", json={})).status_code == 201
    assert (await door.count("thing"), door.woken) == (1, [True])


@pytest.mark.parametrize(("outcome", "status"), [("refused", 409), ("fails", 500)])
async def test_what_is_refused_or_fails_stores_nothing(door: Door, outcome: str, status: int) -> None:
    """Neither the change nor the key is kept, and nobody is woken; the key may be used again."""
    headers = {"Idempotency-Key": "k"}
    assert (await door.http.post(f"/things/{outcome}", json={}, headers=headers)).status_code == status
    assert (await door.count("thing"), await door.count("idempotency"), door.woken) == (0, 0, [])


async def test_a_commit_that_fails_is_no_success(door: Door) -> None:
    """The answer leaves after the commit: what fails only there is not told as done."""
    assert (await door.http.post("/things/made", json={})).status_code == 201
    assert (await door.http.post("/things/made", json={}, headers={"Idempotency-Key": "k"})).status_code == 500
    assert (await door.count("thing"), await door.count("idempotency"), door.woken) == (1, 0, [True])


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "k" * 256], ids=["empty", "blank", "space", "accent", "long"])
async def test_a_key_that_is_no_key_is_refused(door: Door, key: str) -> None:
    """1 to 255 visible ASCII characters, or the header is named as the fault."""
    answer = await door.http.post("/things/made", json={}, headers=[(b"Idempotency-Key", key.encode())])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_key_without_a_caller_claims_nothing(door: Door) -> None:
    """Who calls is asked before the key is."""
    headers = {"Idempotency-Key": "k", "Authorization": "Bearer garbage"}
    assert (await door.http.post("/things/made", json={}, headers=headers)).status_code == 401
    assert await door.count("idempotency") == 0


async def test_a_key_is_forgotten_after_a_day(door: Door) -> None:
    """Answers are kept for 24 hours of real time, and no longer."""
    await door.http.post("/things/made", json={}, headers={"Idempotency-Key": "k"})
    async with door.sessions.begin() as session:
        assert await forget_old(session, real_now() + timedelta(hours=23)) == 0
        assert await forget_old(session, real_now() + timedelta(hours=25)) == 1


@pytest.mark.parametrize("body", ['{"name":"a\\u0000"}', '{"name":"\\ud800"}', f'{{"number":{2**40}}}'])
async def test_a_value_no_database_holds_is_the_callers_fault(door: Door, body: str) -> None:
    """Also where a field's own rule forgot about it, NUL or half a character is a 422 and not a 500."""
    answer = await door.http.post("/things/made", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:rapport:problem:invalid")
    assert await door.count("thing") == 0


async def test_a_body_over_the_limit_is_refused_while_it_arrives(door: Door) -> None:
    """A caller who does not declare a length gets the same 413."""

    answer = await door.http.post("/things/made", content=_two_megabytes())
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:rapport:problem:too-large")


async def _two_megabytes() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 100_000
