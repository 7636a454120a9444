"""What `rapport` prints as a table: every value is there in full, whatever reads it."""

import io
import re
import sys

import pytest

from deploy.cli.common import console, show

ROW = {"id": "0192f3a0-7b7e-7c50-8a3e-6c1f0e0d9a11", "queue": "screening.application-submitted-v1", "reason": "x" * 300}


class Terminal(io.StringIO):
    """Standard output that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_where_nobody_looks_a_row_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the environment speaks of a narrow terminal, or asks for colours."""
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    show([ROW], as_json=False, title="Letters")
    lines = capsys.readouterr().out.splitlines()
    assert any(all(value in line for value in ROW.values()) for line in lines)


def test_a_narrow_terminal_gets_every_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "width", 40)
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    show([ROW], as_json=False)
    shown = terminal.getvalue()
    assert max(map(len, shown.splitlines())) <= 40
    cells = [line.split("│")[1:-1] for line in shown.splitlines() if line.startswith("│")]
    assert ["".join(part.strip() for part in column) for column in zip(*cells, strict=True)] == list(ROW.values())
    assert not re.search("…|\\.\\.\\.", shown)
