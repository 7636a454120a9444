"""The relay goes on: whatever becomes of its connection, and whatever the broker does not take."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import func, select

from shared.contracts import Event
from shared.contracts.intake import ProfileChanged, RoleChanged
from shared.ids import new_id
from shared.messaging.topology import EVENTS, INTERNAL, exchange_of
from shared.outbox import Relay, emit
from shared.outbox.tables import outbox
from tests.faults.proxy import Proxy
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
INTERNAL_EVENT = ProfileChanged.model_validate(ProfileChanged.example)


@pytest.mark.parametrize("silent", [3.0, 4.5])
async def test_a_connection_that_goes_silent(silent: float, amqp_url: str, tmp_path: Path) -> None:
    """aiormq ends what waits for it as if it were told to end: the relay knows better, and goes on by a new one.

    How long the connection was silent decides whether a heart beat or a time-out notices first.
    """
    broker = urlsplit(amqp_url)
    async with Proxy.to(broker.hostname or "", broker.port or 5672) as proxy:
        netloc = f"{broker.username}:{broker.password}@127.0.0.1:{proxy.port}"
        through = broker._replace(netloc=netloc, query="heartbeat=1").geturl()
        async with live("intake", through, tmp_path) as intake:
            await eventually(lambda: intake.service.relay.active)
            proxy.half_open()
            await asyncio.sleep(silent)  # the silence itself is what is tested
            await _emit(intake, ROLE)
            await eventually(lambda: _is_empty(intake), within=30)
            await eventually(lambda: intake.service.relay.active)
            assert intake.service.stopped is None


async def test_an_exchange_that_is_denied_holds_up_no_other(amqp_url: str, tmp_path: Path) -> None:
    """Its rows wait until a person grants the permission; those of the other exchange go past them."""
    assert (exchange_of(type(INTERNAL_EVENT)), exchange_of(type(ROLE))) == (INTERNAL, EVENTS)
    async with _user(amqp_url) as (url, grant), live("intake", url, tmp_path) as intake:
        await grant(rf"^{EVENTS}$".replace(".", r"\."))
        await _emit(intake, INTERNAL_EVENT, ROLE)
        await eventually(lambda: _left(intake, [INTERNAL_EVENT.type]), within=20)
        await _emit(intake, ROLE)
        await eventually(lambda: _left(intake, [INTERNAL_EVENT.type]), within=20)
        await grant(".*")
        await eventually(lambda: _is_empty(intake), within=20)


async def test_a_part_that_ends_unasked_ends_the_process(
    amqp_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever runs it starts another one: a service without its relay looks well and sends nothing."""

    async def ends(_: Relay) -> Any:
        raise asyncio.CancelledError

    monkeypatch.setattr(Relay, "run", ends)
    async with live("intake", amqp_url, tmp_path) as intake:
        await eventually(lambda: intake.service.stopped)
        assert intake.service.stopped
        assert intake.service.stopped.code == 70


async def _emit(it: Running, *events: Event) -> None:
    async with it.service.sessions.begin() as session:
        await emit(session, *events, at=BEGINNING)
    it.service.relay.wake()


async def _left(it: Running, types: list[str]) -> bool:
    async with it.service.sessions() as session:
        return list(await session.scalars(select(outbox.c.type))) == types


async def _is_empty(it: Running) -> bool:
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(outbox)) == 0


Grant = Callable[[str], Awaitable[None]]


@asynccontextmanager
async def _user(amqp_url: str) -> AsyncIterator[tuple[str, Grant]]:
    """A user of its own on a virtual host, and a function that says to what it may write."""
    address, name, password = urlsplit(amqp_url), f"u-{new_id().hex}", new_id().hex
    async with httpx2.AsyncClient(base_url=os.environ["RAPPORT_TEST_MANAGEMENT_URL"], timeout=30) as management:

        async def grant(write: str) -> None:
            permissions = {"configure": ".*", "write": write, "read": ".*"}
            (await management.put(f"/api/permissions{address.path}/{name}", json=permissions)).raise_for_status()

        (await management.put(f"/api/users/{name}", json={"password": password, "tags": ""})).raise_for_status()
        try:
            await grant(".*")
            netloc = f"{name}:{password}@{address.hostname}:{address.port}"
            yield address._replace(netloc=netloc).geturl(), grant
        finally:
            (await management.delete(f"/api/users/{name}")).raise_for_status()
