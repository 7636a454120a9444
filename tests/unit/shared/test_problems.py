"""Refusals over HTTP: each is a problem that tells what to do, and none tells what it must not."""

import json
import socket
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.contracts import Contradiction
from shared.http import RequestContext
from shared.ids import new_id
from shared.problems import Forbidden, Invalid, NotFound, Unauthorised, install

JSON = {"Content-Type": "application/json"}


class Body(BaseModel):
    """What the test's route takes."""

    model_config = ConfigDict(extra="forbid")

    words: str


def _client(error: Exception | None = None) -> httpx2.AsyncClient:
    router = APIRouter(prefix="/things")

    @router.post("/{number}")
    async def route(number: int, body: Body) -> Body:
        if error:
            raise error
        return body

    app = FastAPI()
    install(app)
    app.add_middleware(RequestContext)
    app.include_router(router)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, raise_app_exceptions=False), base_url="http://door")


async def _answer(error: Exception | None = None, path: str = "/things/1", **request: Any) -> httpx2.Response:
    async with _client(error) as http:
        return await http.post(path, **(request or {"json": {"words": "hello"}}))


REFUSALS = {
    Unauthorised("why"): (401, "unauthorised"),
    Forbidden("why"): (403, "forbidden"),
    NotFound("why"): (404, "not-found"),
    Contradiction("why"): (409, "contradiction"),
    Invalid.field("words", "why"): (422, "invalid"),
}


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
async def test_a_refusal_is_a_problem_with_a_stable_type(error: Exception) -> None:
    """Callers tell refusals apart by type and status, and read why."""
    answer = await _answer(error)
    status, slug = REFUSALS[error]
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["type"], answer.json()["status"]) == (f"urn:rapport:problem:{slug}", status)
    assert "why" in answer.json()["detail"]
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


async def test_every_field_at_fault_is_named_and_no_value_is_echoed() -> None:
    """One answer names all that has to be mended."""
    answer = await _answer(path="/things/my-secret", json={"word": "my-secret"})
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} == {"number", "words", "word"}
    assert "my-secret" not in answer.text


async def test_malformed_json_is_a_fault_of_the_body() -> None:
    """The position of the fault is no field's name."""
    answer = await _answer(content=b'{"words":', headers=JSON)
    assert [fault["field"] for fault in answer.json()["errors"]] == ["body"]


AWAY = {
    "refused": ConnectionRefusedError(111, "refused"),
    "no such host": socket.gaierror(-2, "Name or service not known"),
    "no route": OSError(113, "No route to host"),
    "silent": TimeoutError(),
    "pool exhausted": PoolTimeout(),
    "lost": InterfaceError("SELECT 1", {}, Exception("closed")),
    "cut off": DBAPIError("SELECT 1", {}, Exception("closed"), connection_invalidated=True),
}


@pytest.mark.parametrize("error", AWAY.values(), ids=AWAY.keys())
async def test_an_away_database_is_told_and_the_caller_may_come_back(error: Exception) -> None:
    """However a database is away, the caller is not told that the request was wrong."""
    answer = await _answer(error)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:rapport:problem:database-away")
    assert answer.headers["Retry-After"]


async def test_our_failure_tells_a_number_that_the_log_knows_and_nothing_else(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever runs Rapport finds the traceback by the number that the caller was given."""
    story = str(new_id())
    answer = await _answer(RuntimeError("my-secret"), json={"words": "x"}, headers={"X-Correlation-ID": story})
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:rapport:problem:internal-error")
    assert story in answer.json()["detail"]
    assert answer.headers["X-Correlation-ID"] == story
    assert "my-secret" not in answer.text
    assert "my-secret" in caplog.text
    assert story in caplog.text


async def test_our_failure_is_counted_as_one() -> None:
    """An alert on 500s sees those that no route expected."""

    def count() -> float:
        return float(REGISTRY.get_sample_value("rapport_http_request_seconds_count", labels) or 0)

    labels = {"method": "POST", "route": "/things/{number}", "status": "500"}
    before = count()
    await _answer(RuntimeError("again"))
    assert count() == before + 1


def test_a_problem_needs_no_app() -> None:
    """A middleware answers with the same problems."""
    assert json.loads(bytes(NotFound("Nothing there.").response().body))["status"] == 404
