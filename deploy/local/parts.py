"""A part is a program that is kept running: how to start it, how to know that it is ready, how to end it."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import processes
from deploy.local.accounts import Account
from deploy.local.home import Home
from deploy.local.problems import Failed
from deploy.local.processes import Process

READY_POLL_SECONDS = 0.05


async def at_once() -> bool:
    """Readiness of a part that needs no time."""
    return True


async def nothing() -> None:
    """Preparation of a part that needs none."""


@dataclass(frozen=True)
class Part:
    """What to run. `env` is added to ours, or stands alone where `account` is set or `bare` asks for it.

    `prepare` is awaited before every start; what it raises ends the start. `ready` is asked again and again until it
    says True; an OSError from it counts as "not yet". `ready_limit` and `grace` are seconds: to become ready, and to
    end by itself when asked.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], Awaitable[bool]] = at_once
    ready_limit: float = 30.0
    grace: float = 10.0
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    bare: bool = False
    cwd: Path | None = None
    prepare: Callable[[], Awaitable[None]] = nothing

    def environment(self) -> dict[str, str]:
        return dict(self.env) if self.bare or self.account else {**os.environ, **self.env}


class Running:
    """A part on one home. `wanted` says whether it should be up, so that a watcher can tell a death from a stop."""

    def __init__(self, home: Home, part: Part) -> None:
        self.home = home
        self.part = part
        self.wanted = False
        self.process: Process | None = None

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        return self.process.pid if self.is_up() and self.process else None

    def is_up(self) -> bool:
        return self.process is not None and self.process.exit_code() is None

    def has_died(self) -> bool:
        """Down without having been asked to be."""
        return self.wanted and self.process is not None and not self.is_up()

    async def start(self) -> None:
        """Start and wait until ready; nothing happens if it is up. Raises Failed when it ends or takes too long."""
        if self.is_up():
            return
        part = self.part
        await part.prepare()
        self.process = processes.start(
            self.home, part.name, part.argv, env=part.environment(),
            account=part.account, cwd=part.cwd, stop_signal=part.stop_signal,
        )  # fmt: skip
        try:
            await self._until_ready(self.process)
        except BaseException:
            await processes.stop(self.process, part.grace)
            raise
        self.wanted = True

    async def _until_ready(self, process: Process) -> None:
        deadline = time.monotonic() + self.part.ready_limit
        while not await self._is_ready():
            if (code := process.exit_code()) is not None:
                said = process.last_words()
                raise Failed(f"{self.part.name} ended with exit code {code}; read {process.log}. It said:\n{said}")
            if time.monotonic() > deadline:
                limit = self.part.ready_limit
                raise Failed(f"{self.part.name} was not ready within {limit:.0f} s; read {process.log}.")
            await asyncio.sleep(READY_POLL_SECONDS)

    async def _is_ready(self) -> bool:
        try:
            return await self.part.ready()
        except OSError:
            return False

    async def stop(self) -> None:
        """Ask it to end, then insist; it stays down."""
        self.wanted = False
        if self.process:
            await processes.stop(self.process, self.part.grace)

    async def kill(self) -> None:
        """SIGKILL, as a crash would; it stays down until `start`."""
        self.wanted = False
        if self.process:
            await processes.kill(self.process)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def died(self) -> int:
        """Wait until it ends without having been asked to; its exit code."""
        while True:
            if self.wanted and self.process and (code := self.process.exit_code()) is not None:
                return code
            await asyncio.sleep(READY_POLL_SECONDS)
