"""The demo notices what is broken: a reader that hears nothing, a mail that is lost."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import httpx2
import pytest

from deploy.cli.demo import differences
from deploy.demo.foretold import foretell
from deploy.demo.networks import NETWORKS
from deploy.demo.scenes import write
from deploy.demo.story import YOUTH_CITIES
from tests.support.command import rapport, until_interrupted
from tests.support.terminal import CURSOR, LEFT, at_terminal


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
    assert [fault.partition(":")[0] for fault in answer.json["faults"]] == ["people mailed"]


@pytest.mark.timeout(200)
async def test_a_stranger_follows_an_application_to_its_mail() -> None:
    """`--keep` stays up; the commands that it names lead from the applications of a site to one person's e-mail."""
    kept = until_interrupted("demo", "--keep", "--scene", "first-letters", said=b"Ctrl-C.", within=120)
    async with kept as told, httpx2.AsyncClient() as http:
        env = {"RAPPORT_HOME": re.findall(r"export RAPPORT_HOME=(\S+)", told)[0]}
        commands = [line.split()[1:] for line in told.splitlines() if line.startswith("  .venv/bin/rapport")]
        applications, story = [await rapport(*words, env=env) for words in commands]
        assert commands[1][-1] in applications.out
        (mail,) = re.findall(r"mail (\S+) application-received: sent", story.out)
        (address,) = re.findall(r"'(http\S+)\.\.\.'", told)
        (letter,) = (await http.get(f"{address}{mail}")).json()
        assert letter["to"] == ["amman-e01@example.org"]
    assert not Path(env["RAPPORT_HOME"]).exists()


def test_a_story_may_end_after_any_scene() -> None:
    """What is foretold of the shorter one are events of the longer one; a name of no scene is refused."""
    story = write(1)
    whole = foretell(story, NETWORKS)
    for scene in story.scenes:
        shorter = foretell(story.until(scene.name), NETWORKS)
        events = {kind: keys for kind, keys in shorter.items() if "." in kind}
        assert all(not Counter(keys) - Counter(whole[kind]) for kind, keys in events.items())
    with pytest.raises(ValueError, match="first-letters"):
        story.until("moon-landing")


async def test_a_scene_that_is_none_is_named_with_those_that_are() -> None:
    """Exit code 2 before anything starts."""
    answer = await rapport("demo", "--scene", "moon-landing")
    assert answer.code == 2
    assert "broker-killed" in answer.err


def test_the_same_seed_tells_the_same_story() -> None:
    """A seed is a story, and another seed is another one."""
    assert write(3) == write(3)
    assert write(3) != write(4)
    assert foretell(write(3), NETWORKS) == foretell(write(3), NETWORKS)


def test_one_role_is_screened_by_the_law_of_three_places() -> None:
    """R41: what laws add differs by place; a child's pair ends with her guardian's word, whichever of them writes."""
    foretold = foretell(write(1), NETWORKS)
    added: dict[str, set[str]] = {}
    for line in foretold["law"]:
        who, _, rest = line.partition(" is asked for ")
        added.setdefault(who, set()).add(rest.partition(" by ")[0])
    mentors = [added[f"{city}-m01"] for city in YOUTH_CITIES]
    assert all(one.isdisjoint(other) for one, other in combinations(mentors, 2))
    assert foretold["consent.withdrawn"] == ["leith-e01 take-part"]
    assert [key for key in foretold["refused"] if "leith" in key] == [
        "leith-m01+leith-e01 mentee 48h",
        "leith-m01+leith-e01 mentor 48h",
    ]


def test_what_is_foretold_imports_no_service() -> None:
    """Expected is computed from the script alone."""
    folder = Path(foretell.__code__.co_filename).parent
    for name in ("story.py", "scenes.py", "lawful.py", "foretold.py"):
        assert "services" not in (folder / name).read_text().replace("knows no service", "").replace("no service", "")


def test_a_missing_and_a_doubled_entry_are_both_differences() -> None:
    """Comparison counts: the same entry twice is a fault."""
    assert differences({"a": ["x", "y"]}, {"a": ["x", "y"]}) == []
    assert "1 missing" in differences({"a": ["x", "y"]}, {"a": ["x"]})[0]
    assert "1 too many" in differences({"a": ["x"]}, {"a": ["x", "x"]})[0]


@pytest.mark.timeout(200)
async def test_a_terminal_shows_a_board_and_gets_its_screen_back() -> None:
    """While it plays, faults and counts stand on a screen of their own; afterwards the story and its end in lines."""
    shown = await at_terminal("demo", within=180)
    assert shown.code == 0, shown.after
    for words in ("how far people are", "broker is dead", "messaging is dead", "notify-2", "clearance.ended"):
        assert words in shown.drawn
    assert CURSOR in shown.written.rpartition(LEFT)[0][-200:] + shown.after.encode()[:200]
    assert "the broker is killed" in shown.after
    assert "Leith, pvg-membership [Scotland]: " in shown.after
    assert "Pennsylvania requires fbi-check and Germany forbids it; a person settles it" in shown.after
    assert "expected = seen" in shown.after
    assert "\x1b[?1049h" not in shown.after


@pytest.mark.timeout(100)
async def test_an_interrupted_board_leaves_the_terminal_as_it_was() -> None:
    """Ctrl-C ends it like the lines; what was told until then stays readable."""
    shown = await at_terminal("demo", interrupt_at=b"people apply", within=80)
    assert shown.code == 1
    assert shown.written.count(LEFT) == 1
    assert CURSOR in shown.written[-2000:]
    assert "people apply" in shown.after
    assert "it was cut short" in shown.after
