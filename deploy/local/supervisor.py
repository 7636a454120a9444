"""Keep the parts of one Rapport up, end with an explanation when one keeps dying, and leave nothing behind.

The same few lines serve `up`, the demo and the tests. The caller holds the home's lock.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

from deploy.local.home import Home
from deploy.local.parts import Part, Running
from deploy.local.problems import Failed, silent
from deploy.local.processes import log_of

DEATHS = 3
WITHIN_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 0.5
STOPPED, KEEPS_DYING = 0, Failed.exit_code
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Supervisor:
    """Parts in the order they start; `say` receives sentences for the person at the terminal.

    `async with` it: Ctrl-C and SIGTERM then end the block at whatever it waits for, and whatever ends the block, all
    parts are stopped in reverse order. `run` does all of that.
    """

    def __init__(
        self, home: Home, parts: Iterable[Part | Running] = (), *, say: Callable[[str], None] = silent
    ) -> None:
        self.home = home
        self.say = say
        self._parts: dict[str, Running] = {}
        self._deaths: dict[str, list[float]] = {}
        self._asked = False
        self._block: asyncio.Task[object] | None = None
        for part in parts:
            self.take(part)

    def take(self, part: Part | Running) -> Running:
        """Answer for one more part, started already or not, without starting it. Before `watch`."""
        running = part if isinstance(part, Running) else Running(self.home, part)
        self._parts[running.part.name] = running
        return running

    async def __aenter__(self) -> Self:
        self._block = asyncio.current_task()
        for number in SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self.ask_to_stop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """A second Ctrl-C does not cut the stopping short; each part has its grace period and is then killed."""
        block, self._block = self._block, None
        await self.stop()
        for number in SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)
        if kind is asyncio.CancelledError and self._asked and block:
            block.uncancel()
            return True
        return False

    def ask_to_stop(self) -> None:
        """What Ctrl-C does."""
        if self._block and not self._asked:
            self._asked = True
            self._block.cancel()

    async def run(self) -> int:
        """Start, watch, stop. 0 after Ctrl-C or SIGTERM, 70 after a part died three times in a minute."""
        async with self:
            await self.start()
            return await self.watch()
        return STOPPED

    async def start(self) -> None:
        """Start what is not up, in order, each when the one before is ready. Raises Failed; then nothing is left."""
        try:
            for running in self._parts.values():
                await running.start()
        except BaseException:
            await self.stop()
            raise

    async def add(self, *parts: Part | Running) -> None:
        """`take` and `start`."""
        for part in parts:
            self.take(part)
        await self.start()

    async def watch(self) -> int:
        """Restart parts that die; returns 70 when one died three times in a minute, and said which."""
        watchers = [asyncio.ensure_future(self._watch(name)) for name in self._parts]
        try:
            done, _ = await asyncio.wait(watchers, return_when=asyncio.FIRST_COMPLETED)
            for watcher in done:
                watcher.result()  # a fault of ours must not look like an end of theirs
            return KEEPS_DYING
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def stop(self) -> None:
        """Stop all parts in reverse order."""
        for running in reversed(self._parts.values()):
            await running.stop()

    async def pause(self, name: str) -> None:
        """Stop one part in good order; it stays down until `restart`."""
        await self._parts[name].stop()

    async def kill(self, name: str) -> None:
        """SIGKILL one part; it stays down until `restart`."""
        await self._parts[name].kill()

    async def crash(self, name: str) -> None:
        """SIGKILL one part behind our own back: it counts as a death and the part comes back by itself."""
        if process := self._parts[name].process:
            process.popen.kill()
            await process.wait()

    async def restart(self, name: str) -> None:
        """Bring one part up again, whether it is up, paused or killed; returns when it is ready."""
        await self._parts[name].restart()

    def pid(self, name: str) -> int | None:
        """None while the part is down."""
        return self._parts[name].pid

    async def _watch(self, name: str) -> None:
        """Restart one part as it dies; returns when it has died too often."""
        running, log = self._parts[name], log_of(self.home, name)
        while True:
            code = await running.died()
            count = self._count_death(name)
            if count >= DEATHS:
                self.say(f"{name} died {DEATHS} times within {WITHIN_SECONDS:.0f} s, so everything ends; read {log}.")
                return
            self.say(f"{name} ended with exit code {code} and is started again; its log is {log}.")
            await asyncio.sleep(FIRST_PAUSE_SECONDS * 2 ** (count - 1))
            if running.has_died():
                with suppress(Failed):  # the next look finds it dead again and counts that
                    await running.start()

    def _count_death(self, name: str) -> int:
        now = time.monotonic()
        recent = [at for at in self._deaths.get(name, []) if now - at < WITHIN_SECONDS]
        self._deaths[name] = [*recent, now]
        return len(self._deaths[name])
