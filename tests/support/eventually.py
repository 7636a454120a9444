"""Wait for a condition instead of sleeping."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(check: Callable[[], Awaitable[T]], *, within: float = 10.0) -> T: ...
@overload
async def eventually(check: Callable[[], T], *, within: float = 10.0) -> T: ...
async def eventually(check: Callable[[], Any], *, within: float = 10.0) -> Any:
    """Call `check` until it returns something true; AssertionError with its last answer after `within` seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while True:
        answer = check()
        found = await answer if isinstance(answer, Awaitable) else answer
        if found:
            return found
        if loop.time() > end:
            raise AssertionError(f"not within {within} s; the last answer was {found!r}")
        await asyncio.sleep(0.02)
