"""What cannot be used is told in one sentence with the right code, before anything is done."""

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import events
from deploy.local.home import Home
from shared.contracts import OWNERS
from tests.support.command import COMMAND, ROOT
from tests.support.here import rapport_here

DATABASE = "RAPPORT_SCREENING_DATABASE_URL"
BROKER = "RAPPORT_AMQP_URL"
SERVER = "RAPPORT_POSTGRES_URL"
MANAGEMENT = "RAPPORT_AMQP_MANAGEMENT_URL"
PASSWORD = "hunter2"

TYPED = [
    ("dead list --limit 0", "--limit"),
    ("dead list --limit 99999999999999999999", "--limit"),
    ("outbox status --limit -3", "--limit"),
    ("events tail --limit 0", "--limit"),
    ("events tail --limit -3", "--limit"),
    ("events tail --for 0s", "--for"),
    ("copy rebuild matching --limit 0s", "--limit"),
    ("copy rebuild matching --limit 99999999d", "--limit"),
    ("events tail --since 999999d", "--since"),
    ("events tail --since 1969-12-31T23:59", "--since"),
    ("events tail --since 0001-01-01T00:00+14:00", "--since"),
    ("dead list --until 9999-12-31T23:59-14:00", "--until"),
    ("dead list --since 2026-02-01 --until 2026-01-01", "--since has to be earlier"),
    ("events replay --service screening --since 1h --until 2h", "--since has to be earlier"),
    ("events tail --since 1h --until 2h", "--since has to be earlier"),
    ("dead replay --all --rate 0/s", "--rate"),
    ("token screener --hours nan", "--hours"),
    ("token screener --hours inf", "--hours"),
    ("token screener --hours -1", "--hours"),
    ("token screener --site KABUL", "--site"),
    ("events tail --site Kabul", "--site"),
    ("policy show Kabul", "net.af.kabul"),
    ("policy set first-steps@Kabul months 3", "net.af.kabul"),
    ("events tail --subject clearence/1", "clearance/"),
    ("events tail --type pair.matched --subject role/mentor", "pair/"),
    ("events tail --type pair.mached", "pair.matched"),
    ("events show pair.mached", "pair.matched"),
    ("outbox retry --service screening --type role.changed", "intake does"),
    ("outbox status --service screning", "screening"),
    ("db upgrade screning", "screening"),
    ("topology apply --amqp-url http://localhost", "--amqp-url"),
]

SET = [
    (DATABASE, PASSWORD),
    (DATABASE, f"http://user:{PASSWORD}@127.0.0.1/name"),
    (DATABASE, f"postgresql+asyncpg://user:{PASSWORD}@127.0.0.1:{PASSWORD}/name"),
    (DATABASE, f"postgresql+asyncpg://user:{PASSWORD}@127.0.0.1:99999/name"),
    (DATABASE, f"postgresql+asyncpg://user:{PASSWORD}@127.0.0.1:1/name?sslmode={PASSWORD}"),
    (BROKER, PASSWORD),
    (BROKER, f"http://user:{PASSWORD}@127.0.0.1/"),
    (BROKER, f"amqp://user:{PASSWORD}@127.0.0.1:99999/"),
    (BROKER, f"amqp://user@127.0.0.1:{PASSWORD}/"),
    (SERVER, PASSWORD),
    (SERVER, f"postgresql://user:{PASSWORD}@127.0.0.1:99999/postgres"),
    (MANAGEMENT, PASSWORD),
    (MANAGEMENT, f"amqp://user:{PASSWORD}@127.0.0.1:99999"),
]

READ_BY = {
    DATABASE: ("dead list --service screening", "db upgrade screening", "backup screening"),
    BROKER: ("events tail", "topology apply", "topology diff"),
    SERVER: ("db kept screening",),
    MANAGEMENT: ("topology diff",),
}
AWAY = {DATABASE: "postgresql+asyncpg://u@127.0.0.1:1/x", BROKER: "amqp://u@127.0.0.1:1/"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where no platform runs."""
    for name in (*os.environ,):
        if name.startswith("RAPPORT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home").root


@pytest.mark.parametrize(("typed", "named"), TYPED)
async def test_what_is_typed_wrongly_is_named(typed: str, named: str, capsys: pytest.CaptureFixture[str]) -> None:
    answer = await rapport_here(capsys, *shlex.split(typed))
    assert answer.code == 2, answer.err
    assert named in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(("setting", "value"), SET)
async def test_what_is_set_wrongly_is_named_and_not_told(
    setting: str, value: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, address in (AWAY | {setting: value}).items():
        monkeypatch.setenv(name, address)
    for command in READ_BY[setting]:
        answer = await rapport_here(capsys, *command.split())
        assert answer.code == 2, answer.err
        assert setting in answer.err
        assert PASSWORD not in answer.err


async def test_servers_that_are_away_are_missing_outside(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in OWNERS:
        monkeypatch.setenv(f"RAPPORT_{name.upper()}_DATABASE_URL", f"postgresql+asyncpg://u:{PASSWORD}@127.0.0.1:1/x")
    monkeypatch.setenv(BROKER, f"amqp://u:{PASSWORD}@127.0.0.1:1/")
    for command in ("db upgrade", "ledger check", "events tail", "topology apply", "events resend intake"):
        answer = await rapport_here(capsys, *command.split())
        assert answer.code == 69, answer.err
        assert len(answer.err.splitlines()) == 1
        assert PASSWORD not in answer.err


@pytest.mark.parametrize("content", ["{", "[]", '{"services": 1}', "\\xff", "incomplete"])
async def test_a_damaged_home_says_how_to_mend_it(content: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole: dict[str, Any] = {
        "services": {}, "databases": {}, "amqp_url": "amqp://127.0.0.1:1", "management_url": None, "smtp_port": None,
        "mail_url": None, "keys_file": "", "private_key_file": "", "clock": "real",
    }  # fmt: skip
    (home / "platform.json").write_text(json.dumps(whole) if content == "incomplete" else content)
    for command in ("ledger check", "token screener", "dead list"):
        answer = await rapport_here(capsys, *command.split())
        assert answer.code == 2, answer.err
        assert "rapport up" in answer.err


@pytest.mark.parametrize("wanted", ["~nobody-of-that-name/home", "/tmp/" + "x" * 300, "/dev/null/home"])  # noqa: S108
async def test_a_home_that_cannot_be_is_named(
    wanted: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", wanted)
    answer = await rapport_here(capsys, "ledger", "check")
    assert (answer.code, "RAPPORT_HOME" in answer.err) == (2, True), answer.err


async def test_a_fault_of_ours_is_one_sentence_without_what_a_library_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "REGISTRY", {"broken": PASSWORD})
    answer = await rapport_here(capsys, "events", "list")
    assert answer.code == 70
    assert answer.err.startswith("rapport: This is a fault of ours (AttributeError in deploy.cli.events, line ")
    assert (len(answer.err.splitlines()), PASSWORD in answer.err) == (1, False)


@pytest.fixture
def _buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not written yet is kept until the end, as where a person types."""
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)


@pytest.mark.usefixtures("_buffered")
@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        ("events list >/dev/full", 69, "No space left"),
        ("events list --json >/dev/full", 69, "No space left"),
        ("events list >&-", 2, "Standard output is closed"),
        ("events nothing 2>&-", 2, ""),
        ("dead drop --all <&-", 69, "No platform is running"),
    ],
)
def test_streams_that_cannot_be_used_end_in_order(command: str, code: int, told: str) -> None:
    ended = _shell(f"{shlex.join(COMMAND)} {command}")
    assert (ended.returncode, told in ended.stderr) == (code, True), ended.stderr
    assert len(ended.stderr.splitlines()) == bool(told)


@pytest.mark.usefixtures("_buffered")
@pytest.mark.parametrize("command", ["events list", "--help"])
def test_an_output_that_nobody_reads_any_more_ends_quietly(command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run(
            [*COMMAND, *command.split()], stdout=write, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False
        )
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (0, "")


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
