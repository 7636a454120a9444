"""Every refusal over HTTP is an RFC 9457 problem: a stable type, a sentence, and the fields at fault."""

import errno
import socket
from collections.abc import Sequence
from typing import Any, cast

import asyncpg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.contracts import Contradiction
from shared.db import is_away
from shared.ids import current_origin

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


class Problem(Exception):
    """A refusal. `errors` is a list of {field, reason}; values are never echoed."""

    status = 400
    type = "bad-request"
    title = "The request cannot be carried out"
    headers: dict[str, str] = {}

    def __init__(self, detail: str, errors: Sequence[dict[str, str]] = ()) -> None:
        super().__init__(detail)
        self.detail, self.errors = detail, list(errors)

    def response(self) -> JSONResponse:
        """The problem as a response."""
        body: dict[str, Any] = {
            "type": f"urn:rapport:problem:{self.type}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = self.errors
        return JSONResponse(body, self.status, headers=self.headers, media_type=MEDIA_TYPE)


class Unauthorised(Problem):
    """No valid token."""

    status, type, title = 401, "unauthorised", "A valid token is needed"
    headers = {"WWW-Authenticate": 'Bearer realm="rapport"'}


class Forbidden(Problem):
    """A valid token without the grant."""

    status, type, title = 403, "forbidden", "Not allowed here"


class NotFound(Problem):
    """Nothing there, or nothing that this caller may know of."""

    status, type, title = 404, "not-found", "Not found"


class Conflict(Problem):
    """What is asked contradicts what is recorded."""

    status, type, title = 409, "contradiction", "This contradicts what is recorded"


class Invalid(Problem):
    """Fields that cannot be used, each with its reason."""

    status, type, title = 422, "invalid", "Some fields cannot be used"

    @classmethod
    def field(cls, name: str, reason: str) -> "Invalid":
        """One field and its reason."""
        return cls(f"{name}: {reason}", [{"field": name, "reason": reason}])


class KeyReused(Problem):
    """An Idempotency-Key came back with another request."""

    status, type, title = 422, "idempotency-key-reused", "This Idempotency-Key belongs to another request"


class PreconditionRequired(Problem):
    """If-Match is missing where two people may edit."""

    status, type, title = 428, "precondition-required", "Say which version you saw"


class PreconditionFailed(Problem):
    """Somebody else changed it meanwhile."""

    status, type, title = 412, "precondition-failed", "It was changed meanwhile"


class TooLarge(Problem):
    """The body is over the limit."""

    status, type, title = 413, "too-large", "The body is too large"


class DatabaseAway(Problem):
    """The service's database cannot be reached."""

    status, type, title = 503, "database-away", "Try again in a moment"
    headers = {"Retry-After": "2"}


class InternalError(Problem):
    """Our failure."""

    status, type, title = 500, "internal-error", "Something went wrong on our side"


_DOCUMENT = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:rapport:problem:<type>; stable."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason"],
                "properties": {"field": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
_ALWAYS: tuple[type[Problem], ...] = (Problem, Unauthorised, Forbidden, NotFound, TooLarge, Invalid, DatabaseAway)
_OF_CHANGES: tuple[type[Problem], ...] = (Conflict, PreconditionFailed, PreconditionRequired)


def documented(*, changes: bool) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route for OpenAPI, by status; `changes`: the route may change something."""
    refusals = (*_ALWAYS, *_OF_CHANGES) if changes else _ALWAYS
    return {
        each.status: {"description": each.title, "content": {MEDIA_TYPE: {"schema": _DOCUMENT}}} for each in refusals
    }


def install(app: FastAPI) -> None:
    """Answer every refusal of this app as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Contradiction, _contradiction)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    return cast("Problem", error).response()


async def _contradiction(request: Request, error: Exception) -> JSONResponse:
    return Conflict(str(error)).response()


async def _validation(request: Request, error: Exception) -> JSONResponse:
    faults = [
        {"field": "body" if fault["type"] == "json_invalid" else _field(fault["loc"]), "reason": str(fault["msg"])}
        for fault in cast("RequestValidationError", error).errors()
    ]
    return Invalid("See errors for each field and its reason.", faults).response()


def _field(location: Sequence[Any]) -> str:
    names = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    return ".".join(map(str, names)) or "body"


async def _http(request: Request, error: Exception) -> JSONResponse:
    error = cast("HTTPException", error)
    problem = Problem(str(error.detail))
    problem.status, problem.type, problem.title = error.status_code, f"http-{error.status_code}", str(error.detail)
    problem.headers = dict(error.headers or {})
    return problem.response()


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    return unexpected(error)


def unexpected(error: Exception) -> JSONResponse:
    """The answer to what no route refused itself: 503 without a database, 422 for values it cannot hold, else 500."""
    if _is_away(error):
        log.warning("request.database_away", reason=type(error).__name__)
        return DatabaseAway(
            "The database does not answer; repeat the request with the same Idempotency-Key."
        ).response()
    if _cannot_be_stored(error):
        log.warning("request.value_cannot_be_stored", reason=type(error).__name__)
        return Invalid("A value cannot be stored: take out NUL and halves of characters, or send less.").response()
    log.error("request.failed", exc_info=error)
    return InternalError(f"Give this number to whoever runs Rapport: {current_origin().correlation_id}").response()


def _is_away(error: Exception) -> bool:
    """Also a host that is unknown, unreachable or silent; routes call nothing but their database."""
    unreachable = isinstance(error, OSError) and error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH)
    return is_away(error) or unreachable or isinstance(error, (TimeoutError, socket.gaierror))


def _cannot_be_stored(error: BaseException | None) -> bool:
    """Whether Postgres or its driver could not take a value: NUL, a lone surrogate, a number too large."""
    while error:
        if isinstance(error, (asyncpg.CharacterNotInRepertoireError, asyncpg.NumericValueOutOfRangeError)):
            return True
        if isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, (UnicodeEncodeError, OverflowError)):
            return True
        error = error.__cause__
    return False
