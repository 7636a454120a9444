"""What the operating system says about a process: when it started and which processes descend from it."""

import subprocess
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")


class Stat(NamedTuple):
    """One line of /proc/<pid>/stat, as far as it is needed."""

    pid: int
    state: str
    parent: int
    session: int
    started: str


def start_time(pid: int) -> str | None:
    """A text that tells two processes of the same pid apart; None when there is no such process or only its corpse."""
    if PROC.joinpath("self").exists():
        stat = _stat(pid)
        return stat.started if stat and stat.state not in "ZX" else None
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return started.strip() if started and not state.startswith("Z") else None


def family(pid: int) -> dict[int, str]:
    """The process, its descendants and its session, each with its start time.

    A session alone is not enough: Postgres and the Erlang machine give their children sessions of their own.
    """
    if not PROC.joinpath("self").exists():
        started = start_time(pid)
        return {pid: started} if started else {}
    everyone = [stat for entry in PROC.iterdir() if entry.name.isdigit() and (stat := _stat(int(entry.name)))]
    members = {stat.pid for stat in everyone if stat.pid == pid or stat.session == pid}
    while grown := {stat.pid for stat in everyone if stat.parent in members} - members:
        members |= grown
    return {stat.pid: stat.started for stat in everyone if stat.pid in members and stat.state not in "ZX"}


def _stat(pid: int) -> Stat | None:
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return Stat(pid, fields[0], int(fields[1]), int(fields[3]), fields[19])
