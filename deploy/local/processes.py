"""Start and end child processes so that none outlives us, not even when we are killed.

Each child leads its own session, is told to end when we do (Linux), and is written down in `run/<name>.json` with its
start time, so that the next start on the same home can end what a killed supervisor left (`leftovers.py`).
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deploy.local import enter
from deploy.local.accounts import Account
from deploy.local.facts import family
from deploy.local.home import Home
from deploy.local.leftovers import POLL_SECONDS, note, send, still_alive
from deploy.local.problems import Failed

LOG_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Process:
    """A running child: leader of its session, its output in `log`, its note in `note`.

    It is polled, not awaited by the event loop, so that one started in one loop can be ended in another.
    """

    popen: subprocess.Popen[bytes]
    log: Path
    note: Path
    stop_signal: signal.Signals

    @property
    def pid(self) -> int:
        return self.popen.pid

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.popen.poll()

    async def wait(self) -> int:
        while (code := self.exit_code()) is None:
            await asyncio.sleep(POLL_SECONDS)
        return code

    def last_words(self, lines: int = 5) -> str:
        """The end of its log, for a message."""
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4000))
            text = file.read().decode(errors="replace")
        return "\n".join([line.strip() for line in text.splitlines() if line.strip()][-lines:])


def start(
    home: Home,
    name: str,
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    account: Account | None = None,
    cwd: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a program in a session of its own, as `account` where given, with exactly this environment.

    `stop_signal` asks it to end, now or when this process disappears.
    """
    log = log_of(home, name)
    ids = [str(account.uid), str(account.gid)] if account else ["-", "-"]
    shim = [sys.executable, "-I", "-S", enter.__file__, str(os.getpid()), str(stop_signal.value), *ids]
    with log.open("ab") as output:
        popen = subprocess.Popen(
            [*shim, *argv],
            env=dict(env),
            cwd=cwd or home.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    return Process(popen, log, note(home.folder("run"), name, popen.pid, stop_signal), stop_signal)


async def run(home: Home, name: str, argv: Sequence[str], *, env: Mapping[str, str], account: Account | None = None,
              limit: float = 120.0) -> None:  # fmt: skip
    """Start a program and wait for its end. Raises Failed, with the end of its log, when it does not end well."""
    process = start(home, name, argv, env=env, account=account)
    try:
        async with asyncio.timeout(limit):
            code = await process.wait()
    except TimeoutError:
        raise Failed(f"{name} did not end within {limit:.0f} s; read {process.log}.") from None
    finally:
        await stop(process, grace=5)
    if code != 0:
        raise Failed(f"{name} ended with exit code {code}; read {process.log}. It said:\n{process.last_words()}")


async def stop(process: Process, grace: float = 10.0) -> None:
    """Ask the process to end, and after `grace` seconds kill it and all that came from it."""
    members = family(process.pid)
    if process.exit_code() is None:
        process.popen.send_signal(process.stop_signal)
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await process.wait()
    await kill(process, members)


async def kill(process: Process, members: Mapping[int, str] | None = None) -> None:
    """SIGKILL to the process and all that came from it; returns when all are gone and its note is removed."""
    known = dict(members or {}) | (family(process.pid) if process.exit_code() is None else {})
    if process.exit_code() is None:
        process.popen.kill()
    await _end_all(known, grace=0.5)
    await process.wait()
    process.note.unlink(missing_ok=True)


async def _end_all(members: Mapping[int, str], grace: float) -> None:
    """Wait until all are gone; those still here after `grace` seconds are killed."""
    deadline = time.monotonic() + grace
    while alive := still_alive(members):
        if time.monotonic() > deadline:
            for pid in alive:
                send(pid, signal.SIGKILL)
        await asyncio.sleep(POLL_SECONDS)


def log_of(home: Home, name: str) -> Path:
    """The log file of a part; a very long one is put aside as `<name>.log.1` first."""
    log = home.folder("logs") / f"{name}.log"
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return log
