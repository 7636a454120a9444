"""The live board is drawn from a snapshot alone: it fits its terminal, shows what is broken, and names nobody."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from rich.console import Console

from deploy.demo import board
from deploy.demo.board import draw
from deploy.demo.picture import svg
from deploy.demo.snapshot import Break, Debts, Funnel, Snapshot
from deploy.demo.tally import SECONDS, Tally
from shared.contracts import Envelope
from shared.contracts.base import Event, Resent
from shared.contracts.intake import ApplicationSubmitted, SiteChanged
from shared.contracts.messaging import MessageSent, ReplyOverdue, ReplySettled
from tests.support.contracts import EVENTS
from tests.support.running import envelope_of

NOW = datetime(2026, 11, 11, 12, tzinfo=UTC)
SITES = ("net.af.kabul", "net.jo.amman", "net.ke.nairobi")
SERVICES = ("intake", "screening", "matching", "messaging", "notify")
TOLD = [event for event in EVENTS if not issubclass(event, Resent)]
CALM = Snapshot(
    now=NOW,
    hour=222,
    elapsed=31.4,
    answers=dict.fromkeys((*SERVICES, "notify-2"), True),
    funnels={site: Funnel(20, 17, 7, 7, 12, 2) for site in SITES},
    debts={site: Debts(7, 2, NOW + timedelta(hours=43)) for site in SITES},
    events={event.name: 100 for event in TOLD},
    lately={"message.sent": 21},
    seconds=[number % 9 for number in range(SECONDS)],
    outboxes=dict.fromkeys(SERVICES, 0),
    queues={"messaging.screening-cleared-v1": 100},
    told=[f"hour {number}: mentors write while messaging is killed; notify works in two" for number in range(40)],
    breaks=[Break(number, "the broker is started again", mended=True) for number in range(40)],
)
BROKEN = replace(
    CALM,
    broker_answers=False,
    answers={**CALM.answers, "messaging": False},
    outboxes={**CALM.outboxes, "messaging": 24},
    breaks=[Break(222, "the broker is killed"), Break(222, "messaging is killed")],
)
PICTURE = Path(board.__file__).with_suffix(".svg")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


def shown(snapshot: Snapshot, width: int = 100, height: int = 30, *, colours: bool = False) -> str:
    """What stands on a terminal of this size."""
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True,
        color_system="truecolor" if colours else None,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(draw(snapshot, width, height), height=height)
    return captured.get()


def taken(*events: Event) -> Tally:
    """A tally that heard these."""
    tally = Tally()
    for event in events:
        tally.take(Envelope.model_validate(envelope_of(event)), at=5)
    return tally


@pytest.mark.parametrize("snapshot", [CALM, BROKEN, Snapshot(NOW, 0, 0)], ids=["calm", "broken", "empty"])
@pytest.mark.parametrize("size", [(100, 30), (200, 60), (99, 30), (80, 24), (60, 60), (40, 12), (8, 3)])
def test_the_board_fills_its_terminal_and_no_more(snapshot: Snapshot, size: tuple[int, int]) -> None:
    """Neither a line nor a column too much, however narrow."""
    lines = shown(snapshot, *size).rstrip("\n").split("\n")
    assert len(lines) == size[1]
    assert max(map(len, lines)) <= size[0]


def test_everything_that_counts_stands_on_a_hundred_by_thirty() -> None:
    """Sites, event types and their counts, queues, clocks, the newest of the story."""
    text = shown(CALM)
    for words in ("af.kabul", "jo.amman", "ke.nairobi", "in 43 h", "overdue", "hour 222", "31 s played"):
        assert words in text
    for event in TOLD:
        assert event.name in text
    assert re.search(r"message.sent +100 21", text)
    assert re.search(r"messaging.screening-cleared-v1 +100", text)
    assert "hour 39: mentors write" in text
    assert "none so far" in shown(replace(CALM, breaks=()))


@pytest.mark.parametrize("size", [(100, 30), (80, 24), (40, 14)])
def test_what_is_broken_is_seen_at_every_size(size: tuple[int, int]) -> None:
    """In words and in red, though the board is too small for the rest."""
    text = shown(BROKEN, *size)
    assert "✗ broker is dead" in text
    assert "✗ broker does not answer" in text
    assert "✗ messaging does not answer" in text
    assert "does not answer" not in shown(CALM, *size)
    assert re.search(r"\x1b\[1;31m✗ messaging does not answer", shown(BROKEN, *size, colours=True))


def test_what_waits_for_a_dead_broker_is_counted() -> None:
    """In the outboxes; nobody claims to know the queues of a dead broker."""
    text = shown(BROKEN)
    assert "24 wait for the broker" in text
    assert "queues: the broker is dead" in text
    assert "screening-cleared-v1" not in text


def test_the_newest_break_and_sentence_come_first() -> None:
    """What is cut off is old."""
    text = shown(CALM, 80, 24)
    assert "hour 39: the broker is started again" in text
    assert "hour 39: mentors write" in text
    assert "hour 2:" not in text


def test_no_person_and_no_id_reaches_the_board() -> None:
    """Of all events that there are: sites, types and counts alone."""
    tally = taken(*(event.model_validate(event.example) for event in EVENTS))
    text = shown(replace(CALM, funnels=tally.funnels(), events=tally.events, lately=tally.lately(6)), 100, 60)
    assert "application.submitted" in text
    assert not UUID.search(text)
    assert "@" not in text


def test_a_tally_counts_each_event_and_each_subject_once() -> None:
    """A repeat changes nothing; many messages of a pair are one pair that writes."""
    site = SiteChanged.model_validate(SiteChanged.example)
    applied = ApplicationSubmitted.model_validate(ApplicationSubmitted.example)
    letter = MessageSent.model_validate(MessageSent.example)
    tally = taken(site, letter, letter.model_copy(update={"message": uuid4()}))
    again = Envelope.model_validate(envelope_of(applied))
    tally.take(again, at=6)
    tally.take(again, at=7)
    assert tally.events == {"site.changed": 1, "message.sent": 2, "application.submitted": 1}
    assert tally.funnels() == {site.site: Funnel(applied=1, writing=1)}
    assert tally.seconds(8)[-3:] == (3, 1, 0)
    assert tally.lately(7) == {"application.submitted": 1}


def test_answers_count_as_in_time_unless_they_were_overdue() -> None:
    """R9: a debt that was overdue is one, however it was settled; what a closed pair owed was never answered."""
    site = SiteChanged.model_validate(SiteChanged.example)
    overdue = ReplyOverdue.model_validate(ReplyOverdue.example)
    settled = ReplySettled.model_validate(ReplySettled.example)
    late = settled.model_copy(update={"debt": overdue.debt, "was_overdue": True})
    waived = settled.model_copy(update={"debt": uuid4(), "settlement": "waived"})
    seen = settled.model_copy(update={"debt": uuid4(), "settlement": "acknowledged"})
    tally = taken(site, overdue, late, waived, seen)
    assert tally.funnels() == {site.site: Funnel(in_time=1, overdue=1)}


@pytest.mark.parametrize("picture", [svg(BROKEN), PICTURE.read_text(encoding="utf-8")], ids=["drawn", "kept"])
def test_the_picture_is_small_and_fetches_nothing(picture: str) -> None:
    """It is XML whose only address is the name of SVG itself, and shows the board as it is drawn now."""
    root = ElementTree.fromstring(picture)  # noqa: S314  # drawn by us
    text = "".join(root.itertext()).replace("\xa0", " ")
    assert re.findall(r"\w+://\S+", picture) == ['http://www.w3.org/2000/svg">']
    assert not re.search(r"@import|@font-face|url\((?!#)|href|<script|<image", picture)
    assert len(picture.encode()) < 100_000
    for title in ("how far people are", "answers owed", "events", "wait for the broker", "the story", "faults"):
        assert title in text
    assert "✗ broker is dead" in text
    assert not UUID.search(text)
