"""What the delivery tests stand on: a virtual host each, and the command on a broker and five databases."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import pytest

from deploy.registry import SERVICES
from tests.support.brokers import fresh_broker
from tests.support.command import Answer
from tests.support.databases import fresh_database
from tests.support.here import rapport_here

Rapport = Callable[..., Coroutine[Any, Any, Answer]]


@pytest.fixture
async def amqp_url() -> AsyncIterator[str]:
    """A virtual host with the topology."""
    async with fresh_broker() as url:
        yield url


@pytest.fixture
async def databases() -> AsyncIterator[dict[str, str]]:
    """A database of each service."""
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(fresh_database(name)) for name in SERVICES}


@pytest.fixture
def rapport(
    amqp_url: str, databases: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Rapport:
    """The command, told by the environment where a broker and five databases are; no platform runs."""
    monkeypatch.setenv("RAPPORT_AMQP_URL", amqp_url)
    for name, url in databases.items():
        monkeypatch.setenv(f"RAPPORT_{name.upper()}_DATABASE_URL", url)
    return lambda *arguments: rapport_here(capsys, *arguments)
