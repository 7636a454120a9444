"""Ports, leftovers, the policy script and versions: the rules that need no server."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import leftovers, ports, postgres
from deploy.local.apt import services_kept_from_starting
from deploy.local.facts import family, start_time
from deploy.local.home import Home
from deploy.local.problems import Unavailable

STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"


@pytest.fixture
def listening() -> socket.socket:
    return socket.create_server((ports.LOOPBACK, 0))


def test_a_taken_port_is_named_with_the_setting_that_moves_it(listening: socket.socket) -> None:
    with listening:
        port = listening.getsockname()[1]
        with pytest.raises(Unavailable, match=f"Port {port} is taken; set RAPPORT_INTAKE_PORT"):
            ports.demand_free(port, "RAPPORT_INTAKE_PORT")
    ports.demand_free(port, "RAPPORT_INTAKE_PORT")


def test_private_ports_are_free_and_not_given_twice() -> None:
    given = [ports.private_port() for _ in range(20)]
    assert len(set(given)) == 20
    assert all(map(ports.is_free, given))


def test_a_home_keeps_its_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    port = ports.kept_port(home, "amqp")
    monkeypatch.setattr(ports, "_given", set())  # as another process sees it
    assert ports.kept_port(home, "amqp") == port


def test_a_noted_process_is_ended_even_when_it_is_deaf(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        leftovers.note(tmp_path, "deaf", child.pid, signal.SIGTERM)
        assert leftovers.end_leftovers(tmp_path, grace=0.1) == [child.pid]
    assert child.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_only_has_the_noted_pid_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text(f'{{"pid": {os.getpid()}, "started": "long ago", "signal": 9}}')
    (tmp_path / "cut.json").write_text('{"pid": ')
    assert leftovers.end_leftovers(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_family_holds_children_with_sessions_of_their_own() -> None:
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'],"
    with subprocess.Popen(
        [sys.executable, "-c", f"{nested} start_new_session=True)"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()
        members = family(child.pid)
        assert len(members) == 2
        assert all(start_time(pid) == started for pid, started in members.items())
        child.communicate()
    assert not family(child.pid)


def test_services_do_not_start_during_an_installation_and_the_old_policy_comes_back(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("old")
    with services_kept_from_starting(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert policy.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["policy-rc.d"]


@pytest.mark.parametrize(("made", "advice"), [("99", "install the newer Rapport"), ("9", "dump it")])
async def test_data_of_another_major_version_is_refused_with_advice(made: str, advice: str) -> None:
    with Home.temporary() as home:
        data = home.folder("postgres", for_servers=True) / "data"
        data.mkdir()
        (data / "PG_VERSION").write_text(f"{made}\n")
        with pytest.raises(Unavailable, match=advice):
            await postgres.Postgres(home).start()
