"""The servers of a test run: the launchers that `rapport up` uses, on a home of their own."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from deploy.local import brokers
from deploy.local.home import Home
from deploy.local.postgres import find_or_start

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "400"}
"""A test cluster may lose everything at a power cut; what the product itself runs with is not touched."""

SERVERLESS = ("unit", "contracts", "architecture")

_stack = ExitStack()


def start(arguments: Sequence[str]) -> None:
    """Start what the chosen tests need, and put the addresses into the environment for the workers."""
    if arguments and all(_is_serverless(argument) for argument in arguments):
        return
    home = _stack.enter_context(Home.temporary())
    asyncio.run(_start(home))


async def _start(home: Home) -> None:
    postgres, broker = await asyncio.gather(find_or_start(home, FAST), brokers.find_or_start(home))
    _stack.callback(lambda: asyncio.run(postgres.stop()))
    _stack.callback(lambda: asyncio.run(broker.stop()))
    os.environ["RAPPORT_TEST_POSTGRES_URL"] = postgres.url
    os.environ["RAPPORT_TEST_AMQP_URL"] = broker.broker.amqp_url
    os.environ["RAPPORT_TEST_MANAGEMENT_URL"] = broker.broker.management_url or ""


def stop() -> None:
    """Stop what was started, and remove its home."""
    _stack.close()


def _is_serverless(argument: str) -> bool:
    """Whether an argument of pytest names a folder or file whose tests need no server."""
    parts = Path(argument.split("::")[0]).parts
    return len(parts) > 1 and parts[0] == "tests" and parts[1] in SERVERLESS
