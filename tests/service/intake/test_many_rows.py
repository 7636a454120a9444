"""A roster of many rows through the commands: how fast, and in how little memory, in both directions."""

import asyncio
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shared.outbox.tables import outbox
from tests.service.intake.test_roster_import import SITE, intake
from tests.support.command import COMMAND, ROOT
from tests.support.running import Running, token
from tests.support.serving import serving

__all__ = ["intake"]

ROWS = int(os.environ.get("RAPPORT_MANY_ROWS", "20000"))
BASE_MIB, MIB_PER_THOUSAND = 150, 0.6
"""What the command may hold: itself with its libraries, and what it remembers of each row to report on it."""
HEADER = "first name,last name,email address,both mentor and mentee,job title,grade,organisation,profession,biography"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it cost."""

    code: int
    seconds: float
    peak_mib: float


def run(url: str, *arguments: str) -> Ended:
    """A command as a process of its own, to its end."""
    bearer = token(role="administrator", site=SITE)
    env = {**os.environ, "RAPPORT_INTAKE_URL": url, "RAPPORT_TOKEN": bearer}
    started, peak = time.monotonic(), 0.0
    with subprocess.Popen((*COMMAND, *arguments), cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, peak_of(process.pid))
            time.sleep(0.05)
    return Ended(process.returncode, time.monotonic() - started, peak)


def peak_of(process: int) -> float:
    """The most memory that a process has held so far, in MiB; what `wait4` tells counts the process it began as."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def written(folder: Path) -> Path:
    """A file of so many people, a name of whom would be calculated by a spreadsheet."""
    with (file := folder / "many.csv").open("w") as out:
        out.write(HEADER + "\n")
        for number in range(ROWS):
            out.write(f"'=First{number},Last,p{number}@example.org,no,Clerk,HEO,Ministry of Rain,Security,Text\n")
    return file


@pytest.mark.long
@pytest.mark.timeout(3_000)
async def test_many_rows_go_in_and_come_out_in_little_memory(intake: Running, tmp_path: Path) -> None:
    """Import, export, and import of what was exported: everybody is there, nobody changes, memory stays bounded."""
    about = ("--site", SITE, "--role", "mentor-civil", "--map", "civil-service")
    file, back = written(tmp_path), tmp_path / "back.csv"
    async with serving(intake.app) as url:
        for name, arguments in {
            "import": ("import", str(file), *about, "--attest", "Signed"),
            "export": ("export", str(back), *about),
            "again": ("import", str(back), *about, "--attest", "Signed"),
        }.items():
            ended = await asyncio.to_thread(run, url, *arguments)
            sys.stdout.write(f"{name}: {ROWS / ended.seconds:.0f} rows/s, at most {ended.peak_mib:.0f} MiB\n")
            assert ended.code == 0
            assert ended.peak_mib < BASE_MIB + MIB_PER_THOUSAND * ROWS / 1000
            if name == "import":
                told = await waiting(intake)
    assert sum(1 for _ in back.open()) == ROWS + 1
    assert await waiting(intake) == told >= 3 * ROWS


async def waiting(it: Running) -> int:
    """How many events wait in the outbox."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(outbox)) or 0
