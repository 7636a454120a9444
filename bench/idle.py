"""What a platform that nobody uses costs: its start, then processor and memory of each service over five minutes."""

import asyncio
import os
import time
from pathlib import Path

from bench.measure import Row, limit
from bench.servers import TICKS, Servers
from deploy.local.home import Home
from deploy.local.platform import Platform
from deploy.registry import SERVICES

SECONDS = 300.0
SETTLED_SECONDS = 10.0
START_SECONDS = 30.0
MEMORY_MB = {"intake": 130, "screening": 130, "matching": 130, "messaging": 170, "notify": 170}


async def run(_: Servers, __: int, scale: float) -> list[Row]:
    """`rapport up` on a home of its own, with the real clock."""
    seconds = max(20.0, SECONDS * scale)
    with Home.temporary() as home:
        platform = Platform(home, lambda _: None)
        async with platform.supervisor:
            began = time.monotonic()
            await platform.start()
            start = time.monotonic() - began
            await asyncio.sleep(SETTLED_SECONDS)
            pids = _pids(home)
            used, began = {name: _cpu(pid) for name, pid in pids.items()}, time.monotonic()
            await asyncio.sleep(seconds)
            took = time.monotonic() - began
            cpu = {name: 100 * (_cpu(pid) - used[name]) / took for name, pid in pids.items()}
            memory = {name: _pss_mb(pid) for name, pid in pids.items()}
    note = f"over {seconds:.0f} s"
    return [
        limit("start-up", "on an empty folder", "s", start, START_SECONDS, "until every service is ready"),
        *(limit("idle, processor", name, "% of a core", cpu[name], 1.0, note) for name in SERVICES),
        *(limit("idle, memory", name, "MB PSS", memory[name], MEMORY_MB[name], note) for name in SERVICES),
    ]


def _pids(home: Home) -> dict[str, int]:
    """The services' processes: children of ours that run `rapport run NAME`."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                argv = (entry / "cmdline").read_bytes().decode().split("\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == os.getpid() and "deploy.cli.main" in argv:
                found[argv[argv.index("run") + 1]] = int(entry.name)
    return found


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
