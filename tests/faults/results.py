"""The last result of each experiment's long run, kept in RESULTS.md; a run that was cut off resumes from there."""

import hashlib
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.clock import real_now
from tests.faults.children import ROOT

FILE = Path(__file__).with_name("RESULTS.md")
HEAD = """# Last results of the long runs

Written by `make test-faults LONG=1`, which skips what passed with the same sources; `ONLY=name` runs one again.

| experiment | result | seconds | date (UTC) | commit | sources | told |
|---|---|---|---|---|---|---|
"""
_ROW = re.compile(r"^\| (?P<name>[a-z0-9-]+) \| (?P<result>\w+) \|.*\| (?P<sources>[0-9a-f]{8}) \|")


@dataclass(frozen=True)
class Results:
    """Rows of RESULTS.md by experiment."""

    rows: dict[str, str]

    @classmethod
    def read(cls) -> "Results":
        """What stands there now."""
        lines = FILE.read_text().splitlines() if FILE.exists() else []
        return cls({found["name"]: line for line in lines if (found := _ROW.match(line))})

    def passed(self, name: str, sources: str) -> bool:
        """Whether an experiment passed with these sources."""
        found = _ROW.match(self.rows.get(name, ""))
        return bool(found and found["result"] == "passed" and found["sources"] == sources)

    def note(self, name: str, result: str, seconds: float, sources: str, told: Mapping[str, Any] | str) -> None:
        """Write a row down at once."""
        facts = told if isinstance(told, str) else ", ".join(f"{value} {what}" for what, value in told.items())
        row = (
            name,
            result,
            f"{seconds:.0f}",
            f"{real_now():%Y-%m-%d %H:%M}",
            _commit(),
            sources,
            facts.replace("|", "/"),
        )
        self.rows[name] = f"| {' | '.join(row)} |"
        FILE.write_text(HEAD + "".join(f"{line}\n" for _, line in sorted(self.rows.items())))


def sources() -> str:
    """Eight characters that stand for the code that the experiments run."""
    digest = hashlib.sha256()
    for folder in ("shared", "tests/faults"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"
