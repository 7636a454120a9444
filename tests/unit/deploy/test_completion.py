"""`rapport completion`: each shell's script knows the commands, and the shell can read it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.here import rapport_here

SHELLS = ("bash", "zsh", "fish")


@pytest.mark.parametrize("shell", SHELLS)
async def test_the_script_contains_the_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Groups, their commands, options, and the services where one is to be named."""
    answer = await rapport_here(capsys, "completion", shell)
    assert (answer.code, answer.err) == (0, "")
    for word in ("doctor", "topology", "diff", "events", "tail", "jsonl", "dead", "replay", "screening"):
        assert word in answer.out, word
    assert (await rapport_here(capsys, "completion", shell, "--json")).json["script"] == answer.out
    if program := shutil.which(shell):
        assert _shell(program, "-n", "-c", answer.out) == []


async def test_bash_completes_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The script at work: `rapport topology d` becomes `rapport topology diff`."""
    script = (await rapport_here(capsys, "completion", "bash")).out
    asked = 'COMP_WORDS=(rapport topology d); COMP_CWORD=2; _rapport; echo "${COMPREPLY[@]}"'
    assert _shell("bash", "-c", f"{script}\n{asked}") == ["diff"]


async def test_it_is_installed_where_the_shell_looks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the person's own home; the answer says where."""
    monkeypatch.setenv("HOME", str(tmp_path))
    answer = await rapport_here(capsys, "completion", "bash", "--install")
    (written,) = [path for path in tmp_path.rglob("*") if path.is_file() and path.name == "rapport"]
    assert (answer.code, str(written) in answer.out) == (0, True)
    assert "topology" in written.read_text()


async def test_another_shell_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    answer = await rapport_here(capsys, "completion", "tcsh")
    assert (answer.code, "bash" in answer.err) == (2, True)


def _shell(*command: str) -> list[str]:
    """The words that a shell printed."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
