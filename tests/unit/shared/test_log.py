"""What a log line holds, and what it never does."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from shared import log


@pytest.fixture(autouse=True)
def _own_handlers() -> Iterator[None]:
    """Leave the logging of the other tests as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    log.configure("tests", json=True)
    root.handlers[:] = handlers
    root.setLevel(level)


def _line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    found: dict[str, Any] = json.loads(lines[0])
    return found


def test_a_line_is_json_with_time_service_and_story(capsys: pytest.CaptureFixture[str]) -> None:
    """One line, one document, UTC."""
    log.configure("intake", json=True)
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("t").info("request", status=200)
    line = _line(capsys)
    assert (line["event"], line["service"], line["correlation_id"], line["status"]) == ("request", "intake", "c-1", 200)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("key", ["password", "access_token", "Authorization", "client_secret", "email", "body", "text"])
def test_what_people_write_or_keep_secret_is_not_logged(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A careless keyword argument tells nothing; nor does one inside `extra`."""
    log.configure("intake", json=True)
    structlog.get_logger("t").info("something", **{key: "my-secret"}, extra={f"the_{key}": "my-secret"})
    assert "my-secret" not in json.dumps(_line(capsys))


def test_the_standard_librarys_lines_are_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """A library's warning is JSON with its extra, lifted and redacted; its chatter is left out."""
    log.configure("intake", json=True)
    logging.getLogger("aio_pika.robust").info("chatter")
    logging.getLogger("uvicorn.access").info("GET /people?email=my-secret")
    logging.getLogger("aio_pika.robust").warning("reconnecting", extra={"attempt": 2, "token": "my-secret"})
    line = _line(capsys)
    assert (line["event"], line["attempt"], line["token"]) == ("reconnecting", 2, "[not logged]")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_neither_locals_nor_the_refused_row(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Postgres quotes the row it refuses, over several lines where a person wrote several; SQLAlchemy repeats it."""
    log.configure("intake", json=as_json)
    written = "my-secret"
    try:
        try:
            raise asyncpg.NotNullViolationError(f"null value\nDETAIL:  Failing row contains (1, Dear all,\n{written}).")
        except asyncpg.PostgresError as error:
            raise DBAPIError("INSERT INTO person", (), error) from error
    except DBAPIError as error:
        structlog.get_logger("t").error("request.failed", exc_info=error)
    text = capsys.readouterr().err
    assert written not in text
    assert text.count("NotNullViolationError 23502: null value") == 2
    assert "INSERT INTO person" in text


def test_faststream_names_an_error_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    """It would write them into the message of its line, past the traceback."""
    log.configure("intake", json=True)
    try:
        raise asyncpg.InvalidTextRepresentationError("my-secret")
    except asyncpg.PostgresError as error:
        logging.getLogger(log.MESSAGES).error("InvalidTextRepresentationError: %s", error, exc_info=error)
    line = _line(capsys)
    assert line["event"] == "message.failed: InvalidTextRepresentationError"
    assert "my-secret" not in json.dumps(line)
