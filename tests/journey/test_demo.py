"""The demo notices what is broken: a reader that hears nothing, a mail that is lost."""

from pathlib import Path

import pytest

from deploy.cli.demo import differences
from deploy.demo.foretold import foretell
from deploy.demo.play import NETWORK
from deploy.demo.scenes import write
from tests.support.command import rapport


@pytest.mark.timeout(200)
async def test_a_reader_that_hears_nothing_is_noticed() -> None:
    """With notify's messages unbound, the demo ends with exit code 1 and names the reader."""
    answer = await rapport("demo", "--json", "--unbind", "notify.application-submitted-v1", within=180)
    assert answer.code == 1, answer.err
    assert answer.json["ok"] is False
    assert any("notify has 0" in fault for fault in answer.json["faults"])


@pytest.mark.timeout(200)
async def test_a_lost_mail_is_noticed() -> None:
    """With one mail in a hundred accepted and lost, the demo ends with exit code 1 and says that mails are missing."""
    answer = await rapport("demo", "--json", "--drop-mail-every", "100", within=180)
    assert answer.code == 1, answer.err
    assert answer.json["ok"] is False
    assert [fault.partition(":")[0] for fault in answer.json["faults"]] == ["mails"]


def test_the_same_seed_tells_the_same_story() -> None:
    """A seed is a story, and another seed is another one."""
    assert write(3) == write(3)
    assert write(3) != write(4)
    assert foretell(write(3), NETWORK) == foretell(write(3), NETWORK)


def test_what_is_foretold_imports_no_service() -> None:
    """Expected is computed from the script alone."""
    folder = Path(foretell.__code__.co_filename).parent
    for name in ("story.py", "scenes.py", "foretold.py"):
        assert "services" not in (folder / name).read_text().replace("knows no service", "").replace("no service", "")


def test_a_missing_and_a_doubled_entry_are_both_differences() -> None:
    """Comparison counts: the same entry twice is a fault."""
    assert differences({"a": ["x", "y"]}, {"a": ["x", "y"]}) == []
    assert "1 missing" in differences({"a": ["x", "y"]}, {"a": ["x"]})[0]
    assert "1 too many" in differences({"a": ["x"]}, {"a": ["x", "x"]})[0]
