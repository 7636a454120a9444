"""Wait for a condition instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def eventually(check: Callable[[], Awaitable[T] | T], *, within: float = 10.0) -> T:
    """Call `check` until it returns something true; AssertionError with its last answer after `within` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        answer = check()
        found: T = await answer if isinstance(answer, Awaitable) else answer
        if found:
            return found
        if loop.time() > end:
            raise AssertionError(f"not within {within} s; the last answer was {found!r}")
        await asyncio.sleep(0.02)
