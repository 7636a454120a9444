"""The `rapport` command as a person runs it, in a process of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.home import Home
from deploy.local.platform import USUAL_PORTS
from deploy.local.ports import private_port

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "deploy.cli.main")


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


async def rapport(*arguments: str, env: Mapping[str, str] | None = None, within: float = 120) -> Answer:
    """Run `rapport ...` to its end."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=ROOT, env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), within)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return Answer(process.returncode or 0, out.decode(), err.decode())


@asynccontextmanager
async def until_interrupted(
    *arguments: str, said: bytes, env: Mapping[str, str] | None = None, within: float = 90
) -> AsyncIterator[str]:
    """A `rapport ...` that stays, as long as the block, ended by Ctrl-C with code 0; yields what it told before `said`
    stood on standard error."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, *arguments, cwd=ROOT, env={**os.environ, **(env or {})},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stderr
        told = await asyncio.wait_for(process.stderr.readuntil(said), within)
        yield told.decode()
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0, rest.decode()


@contextmanager
def place() -> Iterator[dict[str, str]]:
    """A home and ports of their own, for `up`; yields the environment that names them."""
    with Home.temporary() as reserved:  # reserves a place where the servers' user can go
        yield {"RAPPORT_HOME": str(reserved.root / "platform")} | {
            f"RAPPORT_{name.upper()}_PORT": str(private_port()) for name in USUAL_PORTS
        }


@asynccontextmanager
async def up(env: Mapping[str, str]) -> AsyncIterator[None]:
    """`rapport up` as long as the block, ended by Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "up", "--json", cwd=ROOT, env={**os.environ, **env},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        await asyncio.wait_for(process.stdout.readuntil(b"\n}\n"), 90)
        yield
    finally:
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 60) == 0


@asynccontextmanager
async def platform_up() -> AsyncIterator[dict[str, str]]:
    """`rapport up` on a home and ports of its own; yields the environment in which other commands find it."""
    with place() as env:
        async with up(env):
            yield env
