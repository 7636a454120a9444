"""A roster into a running platform, by the commands that a person types: network, import, screening, matching."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.ids import new_id
from tests.support.command import ROOT, platform_up, rapport
from tests.support.eventually import eventually

SAMPLE = ROOT / "deploy" / "rosters" / "sample"
CIVIL_SERVICE = Path(os.environ.get("RAPPORT_SAMPLE_DATA", ROOT.parent / "shared" / "data")) / "civil-service"
SCREENER, SECOND = str(new_id()), str(new_id())
WORDS = (
    "--attest",
    "Signed on the intranet",
    "--screened-by",
    SCREENER,
    "--agreed-by",
    SECOND,
    "--reference",
    "Register 7",
)


@pytest.fixture
async def env() -> AsyncIterator[dict[str, str]]:
    """A platform of its own with the sample's network."""
    async with platform_up() as found:
        applied = await rapport("network", "apply", str(SAMPLE / "network.toml"), env=found)
        assert applied.code == 0, applied.err
        yield found


def arguments(file: Path, role: str) -> tuple[str, ...]:
    """`rapport import` of one file with the shipped map."""
    return ("import", str(file), "--site", "net.uk", "--role", role, "--map", "civil-service", "--json")


async def import_both(folder: Path, env: dict[str, str]) -> list[dict[str, Any]]:
    """Both files of a scheme, their people screened elsewhere."""
    reports = []
    for name in ("mentor", "mentee"):
        answer = await rapport(*arguments(folder / f"{name}s.csv", f"{name}-civil"), *WORDS, env=env, within=200)
        assert answer.code == 0, answer.err + answer.out
        reports.append(answer.json)
    return reports


@pytest.mark.timeout(280)
async def test_a_roster_becomes_pairs(env: dict[str, str]) -> None:
    """40 rows are imported, screened through screening's API and paired; again changes nothing; the ledger balances."""
    reports = await import_both(SAMPLE, env)
    assert [report["rows"] for report in reports] == [20, 20]
    assert {noted["column"] for noted in reports[0]["columns"]["dropped"]} >= {"characteristics", "biography"}
    again = await rapport(*arguments(SAMPLE / "mentors.csv", "mentor-civil"), *WORDS[:2], env=env)
    assert again.json["counts"]["unchanged"] == 20
    run = await rapport("match", "run", "civil-mentoring@net.uk", "--confirm", "--json", env=env)
    assert run.code == 0, run.err
    assert len(run.json["pairs"]) > 0
    ledger = await rapport("ledger", "check", env=env)
    assert ledger.code == 0, ledger.out
    assert (await rapport("dead", "list", "--json", env=env)).json == []
    second = await rapport("up", env=env)
    assert second.code == 69
    assert "already running" in second.err


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(not CIVIL_SERVICE.is_dir(), reason=f"the Civil Service rosters are not in {CIVIL_SERVICE}")
async def test_the_civil_service_rosters_become_pairs(env: dict[str, str]) -> None:
    """1,000 rows, half of them in two roles: all taken, all screened, and a run pairs them."""
    reports = await import_both(CIVIL_SERVICE, env)
    assert [report["counts"]["refused"] for report in reports] == [0, 0]
    assert sum(report["counts"]["created"] for report in reports) == 1000
    pairs = 0

    async def enough() -> bool:
        """Clearances and profiles are still arriving; a run pairs those who are there."""
        nonlocal pairs
        run = await rapport("match", "run", "civil-mentoring@net.uk", "--confirm", "--json", env=env)
        assert run.code == 0, run.err
        pairs += len(run.json.get("pairs", []))
        return pairs >= 700

    await eventually(enough, within=120)
