"""`rapport doctor` where nothing is running: every check says what it can, and the exit code says whose turn it is."""

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.cli import checks
from deploy.cli.checks import Said, broker, databases, finding, machine
from deploy.local.home import Home
from deploy.local.leftovers import note
from deploy.local.platform import USUAL_PORTS
from deploy.local.ports import private_port
from shared.clock import real_now
from shared.contracts import OWNERS
from tests.support.here import rapport_here

PASSWORD = "hunter2"
NEED_A_PLATFORM = {"broker", "broker features", "topology", "clock"} | {
    f"{what} {service}" for what in ("postgres", "schema") for service in OWNERS
}

Doctor = Callable[[], Awaitable[tuple[int, dict[str, dict[str, str]], str]]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where no platform runs, and ports that are free."""
    for name in (*os.environ,):
        if name.startswith("RAPPORT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "home"))
    for name in USUAL_PORTS:
        monkeypatch.setenv(f"RAPPORT_{name.upper()}_PORT", str(private_port()))
    return Home(tmp_path / "home").root


@pytest.fixture
def doctor(root: Path, capsys: pytest.CaptureFixture[str]) -> Doctor:
    """The command; gives its exit code, its rows by check, and what it told beside them."""

    async def run() -> tuple[int, dict[str, dict[str, str]], str]:
        answer = await rapport_here(capsys, "doctor", "--json")
        return answer.code, {row["check"]: row for row in answer.json["checks"]}, answer.err

    return run


@contextmanager
def silent() -> Iterator[int]:
    """A port where somebody lets everyone in and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


async def test_without_a_platform_the_rest_is_looked_at(doctor: Doctor) -> None:
    """What needs none is in order; what needs one says how to have it, and the code is 69."""
    code, rows, told = await doctor()
    assert code == 69
    assert "No platform is running" in told
    assert {name for name, row in rows.items() if row["state"] == "not running"} == NEED_A_PLATFORM
    assert {rows[name]["state"] for name in rows.keys() - NEED_A_PLATFORM} == {"ok"}
    assert "RAPPORT_NOTIFY_DATABASE_URL" in rows["schema notify"]["says"]
    assert "rapport up" in rows["broker"]["says"]


async def test_servers_that_are_away_are_faults_and_no_password_is_told(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OWNERS:
        monkeypatch.setenv(f"RAPPORT_{name.upper()}_DATABASE_URL", f"postgresql+asyncpg://u:{PASSWORD}@127.0.0.1:1/x")
    monkeypatch.setenv("RAPPORT_AMQP_URL", f"amqp://u:{PASSWORD}@127.0.0.1:1/")
    monkeypatch.setenv("RAPPORT_AMQP_MANAGEMENT_URL", f"http://u:{PASSWORD}@127.0.0.1:1/")
    code, rows, told = await doctor()
    assert code == 1
    assert {name for name, row in rows.items() if row["state"] == "fault"} == NEED_A_PLATFORM
    assert PASSWORD not in f"{rows}{told}"


async def test_servers_that_stay_silent_do_not_hold_it_up(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each check has its limit, and all of them run at once."""
    monkeypatch.setattr(checks, "LIMIT_SECONDS", 2.0)
    with silent() as port:
        for name in OWNERS:
            monkeypatch.setenv(f"RAPPORT_{name.upper()}_DATABASE_URL", f"postgresql+asyncpg://u@127.0.0.1:{port}/x")
        monkeypatch.setenv("RAPPORT_AMQP_URL", f"amqp://u@127.0.0.1:{port}/")
        code, rows, _ = await asyncio.wait_for(doctor(), 8)
    assert code == 1
    assert {name for name, row in rows.items() if row["state"] == "fault"} == NEED_A_PLATFORM


@pytest.mark.parametrize(("setting", "check"), [("AMQP_URL", "broker"), ("INTAKE_DATABASE_URL", "postgres intake")])
async def test_a_setting_that_cannot_be_used_is_named_and_not_told(
    setting: str, check: str, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"RAPPORT_{setting}", PASSWORD)
    code, rows, told = await doctor()
    assert (code, rows[check]["state"]) == (1, "fault")
    assert f"RAPPORT_{setting}" in rows[check]["says"]
    assert PASSWORD not in f"{rows}{told}"


async def test_a_port_of_somebody_else_is_a_fault(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the setting that moves it; and a port that is none is named."""
    with silent() as port:
        monkeypatch.setenv("RAPPORT_MAIL_PORT", str(port))
        code, rows, _ = await doctor()
    assert (code, rows["ports"]["state"]) == (1, "fault")
    assert f"RAPPORT_MAIL_PORT={port}" in rows["ports"]["says"]
    monkeypatch.setenv("RAPPORT_MAIL_PORT", "high")
    code, rows, _ = await doctor()
    assert (code, "RAPPORT_MAIL_PORT is no port" in rows["ports"]["says"]) == (1, True)


async def test_what_a_killed_platform_left_is_said_and_ends_with_the_next_one(root: Path, doctor: Doctor) -> None:
    """Its addresses are nobody's any more, and its processes are counted, not touched."""
    (root / "platform.json").write_text("{}")
    _, rows, _ = await doctor()
    assert (rows["home"]["state"], "rapport up" in rows["home"]["says"]) == ("warning", True)
    assert rows["broker"]["state"] == "not running"
    left = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE)
    note(Home(root).folder("run"), "left", left.pid, signal.SIGTERM)
    _, rows, _ = await doctor()
    assert "1 process(es)" in rows["home"]["says"]
    await left.communicate(b"\n")
    assert left.returncode == 0


async def test_a_home_that_is_none_is_a_fault(doctor: Doctor, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(root / "mistyped"))
    code, rows, _ = await doctor()
    assert (code, rows["home"]["state"], "RAPPORT_HOME" in rows["home"]["says"]) == (1, "fault", True)
    assert not (root / "mistyped").exists()


@pytest.mark.parametrize(("free", "state"), [(10**12, "ok"), (10**9, "warning"), (10**8, "fault")])
async def test_the_disk_is_judged(free: int, state: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    found = await machine.disk()
    assert (found[0], str(root) in found[1]) == (state, True)


async def test_an_older_python_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PYTHON", (sys.version_info.major, sys.version_info.minor + 1))
    assert (await machine.python())[0] == "fault"


@pytest.mark.parametrize(
    ("version", "state", "told"),
    [
        ("3.9.29", "fault", "3.10 or newer"),
        ("3.10.8", "ok", "lets us in"),
        ("3.13.7", "ok", "lets us in"),
        ("4.2.0", "warning", "proven on 3.10 only"),
        ("5.0.1", "warning", "newer than what"),
        ("unknown", "warning", "3.10 or newer"),
    ],
)
def test_a_brokers_version_says_what_it_means(version: str, state: str, told: str) -> None:
    found = broker.judged("RabbitMQ", version)
    assert (found[0], told in found[1], version in found[1]) == (state, True, True)


@pytest.mark.parametrize(
    ("away", "state"),
    [(0.5, "ok"), (-0.5, "ok"), (2.0, "warning"), (-2.0, "warning"), (31.0, "fault"), (-99.0, "fault")],
)
def test_the_clock_furthest_away_is_judged(away: float, state: str) -> None:
    found = databases.judged({"the database of intake": 0.1, "the broker": away})
    assert (found[0], "the broker" in found[1]) == (state, True)
    assert ("ahead of" in found[1]) == (away < 0)


def test_what_a_question_took_is_not_counted_against_a_clock() -> None:
    now = real_now()
    assert databases._surely(now + timedelta(seconds=4), now, 5.0) == 0
    assert databases._surely(now - timedelta(seconds=0.9), now, 0.0, unit=1.0) == 0
    assert databases._surely(now.replace(year=now.year + 1), now, 10.0) > 86_400
    assert databases._surely(now.replace(year=now.year - 1), now, 10.0) < -86_400


async def test_a_fault_of_ours_in_one_check_is_its_own() -> None:
    """And what a library says of it is not told."""

    async def broken() -> Said:
        raise KeyError(PASSWORD)

    found = await finding("broken", broken)
    assert (found.state, "KeyError" in found.says, PASSWORD in found.says) == ("fault", True, False)
