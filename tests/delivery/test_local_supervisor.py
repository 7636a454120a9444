"""The supervisor keeps parts up, gives up with an explanation, and leaves nothing behind however it ends."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import facts, leftovers
from deploy.local.home import Home
from deploy.local.parts import Part
from deploy.local.ports import is_free
from deploy.local.problems import Failed
from deploy.local.supervisor import KEEPS_DYING, STOPPED, Supervisor
from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
WAITING = [sys.executable, "-c", "import signal; signal.pause()"]
DYING = [sys.executable, "-c", "print('no luck'); raise SystemExit(3)"]


@pytest.fixture
def home() -> Iterator[Home]:
    with Home.temporary() as home:
        yield home


def test_a_part_that_keeps_dying_ends_everything_with_its_name_and_log(home: Home) -> None:
    said: list[str] = []
    supervisor = Supervisor(home, [Part("steady", WAITING), Part("unlucky", DYING)], say=said.append)
    assert asyncio.run(supervisor.run()) == KEEPS_DYING == 70
    log = home.root / "logs/unlucky.log"
    assert said[-1] == f"unlucky died 3 times within 60 s, so everything ends; read {log}."
    assert log.read_text() == "no luck\n" * 3
    assert supervisor.pid("steady") is None


async def test_a_part_that_dies_comes_back(home: Home) -> None:
    async with Supervisor(home, [Part("steady", WAITING)]) as supervisor:
        await supervisor.start()
        first = supervisor.pid("steady")
        watching = asyncio.create_task(supervisor.watch())
        await supervisor.crash("steady")
        assert await eventually(lambda: supervisor.pid("steady")) != first
        watching.cancel()


async def test_a_part_that_was_put_down_stays_down_until_it_is_wanted(home: Home) -> None:
    said: list[str] = []
    async with Supervisor(home, [Part("a", WAITING), Part("b", WAITING)], say=said.append) as supervisor:
        await supervisor.start()
        watching = asyncio.create_task(supervisor.watch())
        await supervisor.pause("a")
        await supervisor.kill("b")
        await supervisor.restart("b")
        assert supervisor.pid("a") is None
        assert supervisor.pid("b") is not None
        watching.cancel()
    assert said == []
    assert supervisor.pid("b") is None


async def test_a_part_that_does_not_start_is_named_with_its_last_words(home: Home) -> None:
    async def never() -> bool:
        return False

    supervisor = Supervisor(home, [Part("steady", WAITING), Part("unlucky", DYING, ready=never)])
    with pytest.raises(Failed, match=r"(?s)unlucky ended with exit code 3; read .*unlucky.log.*no luck"):
        await supervisor.start()
    assert supervisor.pid("steady") is None
    slow = Supervisor(home, [Part("slow", WAITING, ready=never, ready_limit=0.1)])
    with pytest.raises(Failed, match="slow was not ready within 0 s"):
        await slow.start()
    assert slow.pid("slow") is None


async def test_a_deaf_part_and_its_children_are_killed(home: Home) -> None:
    child = f"subprocess.run([{sys.executable!r}, '-c', 'import signal; signal.pause()'], start_new_session=True)"
    deaf = f"import signal, subprocess; signal.signal(15, signal.SIG_IGN); {child}"
    async with Supervisor(home, [Part("deaf", [sys.executable, "-c", deaf], grace=0.1)]) as supervisor:
        await supervisor.start()
        before = await eventually(lambda: two_of_them(supervisor))
    assert not leftovers.still_alive(before)


def two_of_them(supervisor: Supervisor) -> dict[int, str]:
    """The deaf part and its child, once there is one."""
    members = facts.family(supervisor.pid("deaf") or 0)
    return members if len(members) == 2 else {}


UP = """
import asyncio, sys
from pathlib import Path
from deploy.local.home import Home
from deploy.local.parts import Part
from deploy.local.postgres import Postgres
from deploy.local.supervisor import Supervisor

async def main(home):
    waiting = Part("waiting", [sys.executable, "-c", "import signal; signal.pause()"])
    supervisor = Supervisor(home, [*Postgres(home, {"fsync": "off"}).running, waiting])
    async with supervisor:
        await supervisor.start()
        (home.root / "up").touch()
        return await supervisor.watch()
    return 0

home = Home(Path(sys.argv[1]), shared=Path(sys.argv[2]))
with home.locked():
    code = asyncio.run(main(home))
sys.exit(code)
"""


@pytest.fixture
def second() -> Iterator[Home]:
    """A home nobody holds: its lock belongs to the process under test."""
    with Home.temporary() as outer:
        yield Home(outer.root / "second", shared=outer.shared)


async def up(home: Home) -> tuple[subprocess.Popen[str], dict[int, str]]:
    """A supervisor in a process of its own, and everything that descends from it."""
    command = [sys.executable, "-c", UP, str(home.root), str(home.shared)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)  # noqa: ASYNC220 - returns at once
    await eventually((home.root / "up").exists, within=30)
    (home.root / "up").unlink()
    members = facts.family(process.pid)
    assert len(members) >= 6  # itself, the waiting one, Postgres and its children
    return process, members


def port(home: Home) -> int:
    return int((home.root / "ports/postgres").read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_good_order_and_leaves_nothing(second: Home, number: signal.Signals) -> None:
    process, members = await up(second)
    assert not is_free(port(second))
    process.send_signal(number)
    _, said = await asyncio.to_thread(process.communicate, timeout=20)
    assert (process.returncode, said) == (STOPPED, "")
    assert not leftovers.still_alive(members)
    assert is_free(port(second))
    assert list(second.folder("run").iterdir()) == []


async def test_after_a_killed_supervisor_the_next_start_leaves_none_of_the_old(second: Home) -> None:
    process, old = await up(second)
    process.kill()
    await asyncio.to_thread(process.communicate)
    process, new = await up(second)
    assert not leftovers.still_alive(old)
    assert set(old.items()).isdisjoint(new.items())
    process.terminate()
    await asyncio.to_thread(process.communicate, timeout=20)
    assert not leftovers.still_alive(new)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has gone")
async def test_the_parts_of_a_killed_supervisor_end_by_themselves(second: Home) -> None:
    process, members = await up(second)
    process.kill()
    await asyncio.to_thread(process.communicate)
    await eventually(lambda: not leftovers.still_alive(members))
    assert len(json.loads((second.root / "run/postgres.json").read_text())) == 3


async def test_a_second_one_on_the_same_home_is_refused_with_a_sentence(second: Home) -> None:
    process, _ = await up(second)
    command = [sys.executable, "-c", UP, str(second.root), str(second.shared)]
    refused = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"already running (process {process.pid}, home {second.root})" in refused.stderr
    process.terminate()
    await asyncio.to_thread(process.communicate, timeout=20)
