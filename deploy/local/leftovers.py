"""End what a killed supervisor left running, and nothing else.

Each started process is noted in a folder with its pid and start time; only a process that has both is touched, so a
pid that the system gave to somebody else is safe.
"""

import json
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deploy.local.facts import family, start_time

POLL_SECONDS = 0.03
GRACE_SECONDS = 10.0


def note(folder: Path, name: str, pid: int, stop_signal: signal.Signals) -> Path:
    """Write down a process that was just started; the file to remove when it has ended."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"pid": pid, "started": start_time(pid), "signal": stop_signal.value}))
    return path


def end_leftovers(folder: Path, grace: float = GRACE_SECONDS) -> list[int]:
    """Ask every noted process that still runs to end, kill after `grace` seconds it and all that came from it.

    Returns their pids. To be called by whoever holds the home's lock, before anything is started.
    """
    found: dict[int, str] = {}
    notes = list(folder.glob("*.json"))
    for pid, number in filter(None, map(_still_running, notes)):
        found |= family(pid)
        send(pid, number)
    deadline = time.monotonic() + grace
    while alive := still_alive(found):
        if time.monotonic() > deadline:
            for pid in alive:
                send(pid, signal.SIGKILL)
        time.sleep(POLL_SECONDS)
    for path in notes:
        path.unlink(missing_ok=True)
    return sorted(found)


def left_running(folder: Path) -> list[int]:
    """The pids of the noted processes that still run."""
    return sorted(pid for pid, _ in filter(None, map(_still_running, folder.glob("*.json"))))


def still_alive(members: Mapping[int, str]) -> list[int]:
    """Those of the processes (pid and start time) that still run."""
    return [pid for pid, started in members.items() if start_time(pid) == started]


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may have gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _still_running(path: Path) -> tuple[int, int] | None:
    """Pid and stop signal of a noted process that still runs."""
    with suppress(ValueError, KeyError, TypeError):  # a note cut short by a crash names nobody
        noted = json.loads(path.read_text())
        if noted["started"] and start_time(noted["pid"]) == noted["started"]:
            return noted["pid"], noted["signal"]
    return None
