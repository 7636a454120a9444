"""The HTTP door: one transaction per request, committed before the answer leaves, and one log line per request."""

import time
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import problems, telemetry, tracing
from shared.access import OPEN_ROUTES, authenticated
from shared.clock import Clock
from shared.idempotency import Claim
from shared.ids import Origin, new_id, origin
from shared.problems import Invalid, PreconditionFailed, PreconditionRequired, Problem, TooLarge

BODY_LIMIT = 1_048_576

log = structlog.get_logger("http")


async def _session(request: Request) -> AsyncSession:
    return cast("AsyncSession", request.state.session)


async def _clock(request: Request) -> Clock:
    return cast("Clock", request.app.state.clock)


SessionDep = Annotated[AsyncSession, Depends(_session)]
"""The request's transaction."""
ClockDep = Annotated[Clock, Depends(_clock)]
"""Domain time."""


async def _documented_key(idempotency_key: Annotated[str | None, Header(max_length=255)] = None) -> None:
    """Sent again with the same key, a request is answered as before and done once."""


_KEY_IN_OPENAPI = Depends(_documented_key)


class _RolledBack(Exception):
    def __init__(self, response: Response) -> None:
        self.response = response


class TransactionRoute(APIRoute):
    """One transaction per request. It commits before the response is returned, and rolls back on any refusal.

    FastAPI's own dependencies with `yield` end after the response was sent, which is too late to fail.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        given = options.get("dependencies") or ()
        if "POST" in (options.get("methods") or ()) and _KEY_IN_OPENAPI not in given:
            options["dependencies"] = [*given, _KEY_IN_OPENAPI]
        changes = not {"GET", "HEAD"}.issuperset(options.get("methods") or ("GET",))
        options["responses"] = {**problems.documented(changes=changes), **(options.get("responses") or {})}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's hook around a route's function."""
        handle = super().get_route_handler()

        async def in_transaction(request: Request) -> Response:
            await _read(request)
            claim = await _claim(request, self.path_format)
            try:
                async with request.app.state.sessions.begin() as session:
                    request.state.session = session
                    response = await _answer(request, session, claim, handle)
            except _RolledBack as refused:
                return refused.response
            request.app.state.committed()
            return response

        return in_transaction


async def _read(request: Request) -> None:
    """Keep the body. FastAPI would answer 400 to whatever fails while it reads, also to a body over the limit."""
    try:
        await request.body()
    except ClientDisconnect:
        raise Problem("The body did not arrive whole; send the request again.") from None


async def _claim(request: Request, route: str) -> Claim | None:
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST" or route in OPEN_ROUTES:
        return None
    if not 1 <= len(key) <= 255 or not all("!" <= letter <= "~" for letter in key):
        raise Invalid.field("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
    caller = await authenticated(request)
    return Claim(key, f"{route} {request.url.path}", caller.subject, await request.body())


async def _answer(
    request: Request,
    session: AsyncSession,
    claim: Claim | None,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    if claim and (kept := await claim.take(session)):
        status, body = kept
        return Response(body, status, {"Idempotency-Replayed": "true"}, "application/json")
    response = await handle(request)
    if response.status_code >= 400:
        raise _RolledBack(response)
    if claim:
        await claim.keep(session, response.status_code, bytes(response.body))
    return response


def etag(version: int) -> str:
    """The ETag of a version."""
    return f'"{version}"'


def require_match(request: Request, version: int) -> None:
    """Refuse an edit of a version that the caller has not seen. Raises PreconditionRequired or PreconditionFailed."""
    wanted = request.headers.get("if-match")
    if wanted is None:
        raise PreconditionRequired("Send If-Match with the ETag that you read.")
    if wanted not in ("*", etag(version)):
        raise PreconditionFailed("Read it again, and repeat your change if it still makes sense.")


class RequestContext:
    """ASGI: binds the story's correlation id, limits bodies, and writes one log line and the metrics of a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        correlation_id = _correlation_id(headers.get("x-correlation-id"))
        seen = _Seen(send, str(correlation_id), scope)
        with tracing.request(scope["method"], headers, seen.end) as traceparent:
            token = origin.set(Origin(correlation_id, traceparent=traceparent))
            try:
                with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id)):
                    await self._serve(scope, receive, seen, headers)
            finally:
                origin.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, seen: "_Seen", headers: dict[str, str]) -> None:
        started = time.perf_counter()
        try:
            if _declared_length(headers) > BODY_LIMIT:
                await TooLarge(f"The limit is {BODY_LIMIT} bytes.").response()(scope, receive, seen)
            else:
                await self._app(scope, _limited(receive), seen)
        except Exception as error:  # answered here, where the story is still bound
            if seen.status:
                raise
            await problems.unexpected(error)(scope, receive, seen)
        finally:
            seconds = time.perf_counter() - started
            route, status = seen.end()
            telemetry.request_answered(scope["method"], route, status, seconds)
            log.info("request", method=scope["method"], route=route, status=status, seconds=round(seconds, 4))


class _Seen:
    """Passes the answer on, adds the correlation id and remembers the status."""

    def __init__(self, send: Send, correlation_id: str, scope: Scope) -> None:
        self._send, self._correlation_id, self._scope = send, correlation_id, scope
        self.status = 0

    def end(self) -> tuple[str, int]:
        """The route's template and the status, once the request is answered."""
        return getattr(self._scope.get("route"), "path_format", "unknown"), self.status

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-correlation-id", self._correlation_id.encode())]
        await self._send(message)


def _limited(receive: Receive) -> Receive:
    read = 0

    async def limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > BODY_LIMIT:
            raise TooLarge(f"The limit is {BODY_LIMIT} bytes.")
        return message

    return limited


def _correlation_id(given: str | None) -> UUID:
    try:
        return UUID(given) if given else new_id()
    except ValueError:
        return new_id()


def _declared_length(headers: dict[str, str]) -> int:
    text = headers.get("content-length", "0")
    return int(text[:20]) if text.isdecimal() else 0
