"""The broken variants fit this code and their table."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.faults import sensitivity
from tests.faults.experiments import EXPERIMENTS
from tests.faults.sensitivity import PATCHES, VARIANTS, Variant

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_its_patch_fits(variant: Variant) -> None:
    """A change that moves what a patch breaks has to move the patch."""
    found = subprocess.run(
        ["git", "apply", "--check", str(variant.patch)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, f"write {variant.name} anew for this code: {found.stderr}"


def test_the_table_names_all() -> None:
    """tests/faults/README.md tells for each the experiment and the assertion that fails."""
    row = re.compile(r"^\| \[([a-z-]+)\]\(variants/\1\.patch\) \| ([a-z-]+) \| [^|]* \| `([a-z-]+)` \|$", re.MULTILINE)
    told = row.findall((ROOT / "tests/faults/README.md").read_text())
    assert told == [(variant.name, variant.experiment, variant.assertion) for variant in VARIANTS]
    assert {path.stem for path in PATCHES.glob("*.patch")} == {variant.name for variant in VARIANTS}
    assert len(VARIANTS) >= 12
    assert {variant.experiment for variant in VARIANTS} <= set(EXPERIMENTS)


def test_the_list_of_experiments_names_all() -> None:
    """tests/faults/README.md lists each experiment, and whether the short run has it."""
    told = re.findall(
        r"^\| ([a-z-]+) \| .*\.? \| (yes)? ?\|$", (ROOT / "tests/faults/README.md").read_text(), re.MULTILINE
    )
    assert told == [(name, "yes" if each.short is not None else "") for name, each in EXPERIMENTS.items()]


def test_products_hold_no_switch() -> None:
    """What is broken is broken in a copy: the product does not know of failpoints."""
    for folder in ("shared", "services", "deploy"):
        for path in (ROOT / folder).rglob("*.py"):
            assert "FAILPOINT" not in path.read_text(), path
    assert sensitivity.PATCHES.is_dir()
