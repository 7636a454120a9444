"""The runbook's way back from a backup, command by command, on one machine whose platform is down."""

import re
from pathlib import Path

import orjson
import pytest

from tests.support.command import ROOT, Answer, place, rapport, up
from tests.support.eventually import eventually

SECTION = (ROOT / "deploy/runbook.md").read_text().partition("Only if the data is gone")[2].partition("\n## ")[0]


def steps(number: int, file: Path) -> list[list[str]]:
    """The commands of one block of the section, for intake; where it asks, it is answered."""
    block = re.findall(r"^```sh\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)[number]
    lines = [line.replace("SERVICE", "intake").replace("FILE", str(file)).split()[1:] for line in block.splitlines()]
    return [[*line, "--yes"] if line[0] == "restore" or "--drop" in line else line for line in lines]


@pytest.mark.timeout(300)
async def test_the_way_back_is_open_on_one_machine() -> None:
    """Each command ends with 0, and in the end every copy was told anew and nothing is left of the way."""
    with place() as env:

        async def run(words: list[str]) -> Answer:
            answer = await rapport(*words, env=env)
            assert answer.code == 0, (words, answer.err)
            return answer

        async def nothing_is_missing() -> bool:
            return (await rapport("copy", "orphans", env=env)).code == 0

        file = Path(env["RAPPORT_HOME"]) / "intake.dump"
        async with up(env):
            await run(["network", "apply", "deploy/demo/network.toml"])
            await run(["backup", "intake", str(file)])
            refused = await rapport("db", "restored", "intake", env=env)
            assert (refused.code, "end it with Ctrl-C" in refused.err) == (1, True)
        for words in steps(0, file):
            await run(words)
        (report,) = Path(env["RAPPORT_HOME"]).glob("restored-intake-*.json")
        assert orjson.loads(report.read_bytes())["epoch"] == 2
        assert not list((Path(env["RAPPORT_HOME"]) / "run").iterdir())  # no server was left running
        async with up(env):
            *first, last = steps(1, file)
            assert last == ["copy", "orphans"]
            assert (await rapport(*last, env=env)).code == 1  # nobody has told anything anew
            for words in first:
                await run(words)
            await eventually(nothing_is_missing, within=30)
            for words in steps(2, file):
                await run(words)
            assert "No restore has left" in (await run(["db", "kept", "intake"])).out
