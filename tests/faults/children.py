"""Processes of the experiments: started, started again when they die, ended."""

import asyncio
import signal
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.processes import Process

ROOT = Path(__file__).parents[2]
AGAIN_SECONDS = 0.2


@dataclass
class Child:
    """One service process. Each start takes the next of its failpoints; `struck` lists those at which it died.

    `died` lists the exit codes of all other deaths that nobody asked for.
    """

    home: Home
    name: str
    service: str
    env: Mapping[str, str]
    tree: Path = ROOT
    """The sources that it runs."""
    failpoints: deque[str] = field(default_factory=deque)
    struck: list[str] = field(default_factory=list)
    died: list[int] = field(default_factory=list)
    process: Process | None = None
    _keeper: "asyncio.Task[None] | None" = None

    def start(self, failpoints: Iterable[str] = ()) -> None:
        """Start, and start again whenever it dies."""
        self.failpoints.extend(failpoints)
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Ask it to end, and wait."""
        await self._release()
        if self.process:
            await processes.stop(self.process, grace=20)

    async def kill(self) -> None:
        """SIGKILL; it stays down until `start`."""
        await self._release()
        if self.process:
            await processes.kill(self.process)

    async def _release(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    async def _keep(self) -> None:
        while True:
            failpoint = self.failpoints.popleft() if self.failpoints else None
            mark = self.home.folder("marks") / self.name
            mark.unlink(missing_ok=True)
            armed = {"FAILPOINT": failpoint, "FAILPOINT_MARK": str(mark)} if failpoint else {}
            argv = [sys.executable, "-m", "tests.faults.process", self.service]
            self.process = processes.start(self.home, self.name, argv, env={**self.env, **armed}, cwd=self.tree)
            code = await self.process.wait()
            if failpoint and mark.exists() and code == -signal.SIGKILL:
                self.struck.append(mark.read_text())
            else:
                self.died.append(code)
                if failpoint:
                    self.failpoints.appendleft(failpoint)  # it did not get there yet
            await asyncio.sleep(AGAIN_SECONDS)

    @property
    def is_running(self) -> bool:
        """Whether it is meant to run."""
        return self._keeper is not None

    @property
    def peak_mb(self) -> int:
        """The most memory that its process has had; 0 where it does not run."""
        if self.process is None or self.process.exit_code() is not None:
            return 0
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024

    def tell_tasks(self) -> None:
        """Have it write down what its tasks wait for."""
        if self.process and self.process.exit_code() is None:
            self.process.popen.send_signal(signal.SIGUSR1)

    def complaints(self, lines: int = 40) -> str:
        """The last warnings and errors it wrote, or what was no log line."""
        if self.process is None:
            return ""
        with self.process.log.open(errors="replace") as log:
            said = [line[:1000] for line in log if '"level": "info"' not in line]
        return "\n".join(line.strip() for line in said[-lines:])
