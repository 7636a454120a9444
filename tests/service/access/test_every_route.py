"""Every route of every service, asked by every kind of caller: each gets what the route's row says, and no more.

Each request is undone, so that whoever may do something does it in earnest, and the next one finds all as it was.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from deploy.registry import SERVICES
from shared.access import OPEN_ROUTES, mint, new_key
from shared.ids import new_id
from tests.service.access.arrangements import ARRANGEMENTS, Names
from tests.service.access.callers import KINDS, SITE
from tests.service.access.tables import Answer, Row, knowers, table
from tests.support.running import PRIVATE_KEY, Running
from tests.support.vendor import KEY

Start = Callable[..., Awaitable[Running]]
UNKNOWN = "01985b3e-7a10-7000-8000-0000000000ff"
"""An id that nothing has."""
NOT_HERE = {"site": "net.af.nowhere", "offering": f"nothing@{SITE}"}
HEALTH = {"/internal/quiet"}
every_service = pytest.mark.parametrize("service", SERVICES)


class Undone:
    """Sessions whose work is undone at the end of each request."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """In place of a transaction that commits."""
        async with self._sessions() as session:
            yield session
            await session.flush()


class Asked:
    """A service as callers find it, with what the names of its table mean."""

    def __init__(self, it: Running, names: Names) -> None:
        self.it, self.names = it, names
        it.app.state.sessions = Undone(it.service.sessions)
        self.http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(it.app, raise_app_exceptions=False), base_url="http://service"
        )
        self.kinds = {name: kind for name, kind in KINDS.items() if kind.whose is None or kind.whose in names}
        self.tokens = {name: self._token(name) for name in self.kinds}

    def _token(self, name: str) -> str:
        kind = self.kinds[name]
        subject = self.names[kind.whose] if kind.whose else name if kind.client else str(new_id())
        return mint(PRIVATE_KEY, subject, kind.grants, timedelta(hours=1))

    async def answer(self, row: Row, token: str | None, **instead: str) -> httpx2.Response:
        """What a caller is answered; `instead` changes what a name means."""
        names = self.names | _filled(row.names, self.names) | instead
        headers = _filled(row.headers, names) | ({"Authorization": f"Bearer {token}"} if token else {})
        content = None if row.body is None else json.dumps(_filled(row.body, names), default=str)  # days are days
        headers |= {"Content-Type": "application/json"} if content else {}
        return await self.http.request(
            row.method, row.path.format_map(names), params=_filled(row.query, names), headers=headers, content=content
        )


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    """What a table says, with the names in braces filled in."""
    if isinstance(value, str):
        return value.format_map(names)
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    return {key: _filled(each, names) for key, each in value.items()} if isinstance(value, Mapping) else value


@pytest.fixture
async def asked(service: str, running: Start, tmp_path: Path) -> AsyncIterator[Asked]:
    """The service with its arrangement."""
    secret = tmp_path / "links"
    secret.write_text("a" * 32)
    settings: dict[str, Any] = {"link_secret_file": secret} if service in ("intake", "screening") else {}
    if service == "screening":
        (key := tmp_path / "vendor.key").write_text(KEY)
        checks = " ".join(f"net:{check}" for check in ("identity", "record-check", "interview"))
        settings |= {"vendor_url": "http://127.0.0.1:9", "vendor_key_file": key, "vendor_checks": checks}
    it = await running(service, **settings)
    found = Asked(it, await ARRANGEMENTS[service](it))
    yield found
    await found.http.aclose()


@every_service
async def test_every_route_has_a_row(service: str, running: Start) -> None:
    """Rule 9: no route is added without saying who may."""
    paths = (await running(service)).app.openapi()["paths"]
    closed = {path for path in paths if path not in HEALTH | {"/livez", "/readyz", "/metrics", "/openapi.json"}}
    routes = {f"{method.upper()} {path}" for path in closed for method in paths[path]}
    assert routes == {row.route for row in table(service)}
    assert {row.path for row in table(service) if row.is_open} == OPEN_ROUTES & closed


@pytest.mark.timeout(300)
@every_service
async def test_each_caller_gets_what_the_row_says(service: str, asked: Asked) -> None:
    """Rule 9, traps 16 and 17: and what somebody may not see looks to them like what is not there."""
    rows, faults = table(service), []
    for row in rows:
        know = knowers(rows, row)
        for name, token in asked.tokens.items():
            answer, expected = await asked.answer(row, token), "good" if row.is_open else row.answer(name)
            if not _fits(answer, expected):
                faults.append(f"{row.title}: {name} got {answer.status_code} {answer.text[:200]}, not {expected}")
            elif answer.status_code in (403, 404) and name not in know:
                faults += await _tells(asked, row, name, answer)
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(300)
@every_service
async def test_no_route_answers_without_a_live_token(service: str, asked: Asked) -> None:
    """Rule 9: missing, expired, or signed by somebody else; of whoever may do all."""
    kind = KINDS["administrator-top"]
    over = mint(PRIVATE_KEY, str(new_id()), kind.grants, -timedelta(minutes=5))
    forged = mint(new_key()[0] | {"kid": PRIVATE_KEY["kid"]}, str(new_id()), kind.grants, timedelta(hours=1))
    for row in table(service):
        for token in (None, over, forged):
            answer = await asked.answer(row, token)
            assert (answer.status_code == 401) is not row.is_open, f"{row.title}: {answer.status_code}"


def _fits(answer: httpx2.Response, expected: Answer) -> bool:
    if expected == "good":
        return answer.is_success and (not answer.content or not _is_empty_list(answer))
    if expected == "nothing":
        return answer.is_success and _is_empty_list(answer)
    return answer.status_code == expected


def _is_empty_list(answer: httpx2.Response) -> bool:
    found = answer.json()
    return found == [] or (isinstance(found, dict) and "items" in found and not any(found.values()))


async def _tells(asked: Asked, row: Row, name: str, answer: httpx2.Response) -> list[str]:
    """How a refusal tells that a thing is there to somebody who may see nothing of it."""
    things = [part[1:-1] for part in row.path.split("/") if part.startswith("{")]
    if not things:
        return []
    there = asked.names[things[0]]
    unknown = NOT_HERE.get(things[0], UNKNOWN if len(there) == len(UNKNOWN) else "nothing")
    other = await asked.answer(row, asked.tokens[name], **{things[0]: unknown})
    if (other.status_code, other.text.replace(unknown, there)) == (answer.status_code, answer.text):
        return []
    return [f"{row.title}: {name} learns that it is there: {answer.text[:150]}, not {other.text[:150]}"]
