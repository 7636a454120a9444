"""Servers for the tests: one Postgres cluster and one RabbitMQ node per run, started before the workers.

RAPPORT_POSTGRES_URL and RAPPORT_AMQP_URL name servers that run already. A missing server fails; nothing skips.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from shared import log
from tests.support import servers
from tests.support.databases import fresh_database
from tests.support.running import Running


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the process that hands out the work; workers inherit their addresses."""
    log.configure("tests", json=True)
    if not hasattr(config, "workerinput"):
        servers.start(config.args)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started here."""
    if not hasattr(config, "workerinput"):
        servers.stop()


@pytest.fixture
async def database() -> AsyncIterator[str]:
    """An empty database."""
    async with fresh_database() as url:
        yield url


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Running]]]:
    """A factory: `it = await running("screening")` is a service on a migrated database of its own."""
    async with AsyncExitStack() as stack:

        async def start(name: str, **settings: Any) -> Running:
            folder = tmp_path / name
            folder.mkdir()
            return await stack.enter_async_context(Running.start(name, folder, **settings))

        yield start
