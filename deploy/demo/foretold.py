"""What the script alone foretells: every event, mail and message count. It imports the script and no service."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from deploy.demo.story import BEGINNING, REPLY_HOURS, GoesAway, Pair, Person, Story, Writes

Account = dict[str, list[str]]
"""What happened, by kind: each entry is a readable key, sorted; the same entry twice is a fault."""


@dataclass
class _Debt:
    since: datetime
    due_at: datetime
    overdue: bool = False


@dataclass
class _Ledger:
    """Who owes whom while the script is read, and what follows from it."""

    debts: dict[tuple[Pair, str], _Debt] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    mails: Counter[Person] = field(default_factory=Counter)

    def tell(self, kind: str, *parts: object) -> None:
        self.events.append((kind, " ".join(map(str, parts))))

    def pass_time(self, now: datetime) -> None:
        """What falls due by `now` becomes overdue, once."""
        for (pair, debtor), debt in self.debts.items():
            if debt.due_at <= now and not debt.overdue:
                debt.overdue = True
                person = _member(pair, debtor)
                self.tell("reply.overdue", pair.key, debtor, hours(debt.since), hours(debt.due_at))
                self.mails[person] += 1

    def write(self, act: Writes, now: datetime) -> None:
        """A message pays what its writer owes, and may make the other side owe an answer."""
        other = "mentee" if act.writer == "mentor" else "mentor"
        self.tell("message.sent", act.pair.key, act.writer, hours(now))
        self.mails[_member(act.pair, other)] += 1
        if debt := self.debts.pop((act.pair, act.writer), None):
            late = "overdue" if debt.overdue else "in-time"
            self.tell("reply.settled", act.pair.key, act.writer, hours(debt.since), hours(now), "answered", late)
        if act.answer_needed and (act.pair, other) not in self.debts:
            self.debts[act.pair, other] = _Debt(now, now + timedelta(hours=REPLY_HOURS[other]))

    def go_away(self, act: GoesAway, now: datetime) -> None:
        """An absence moves what the mentor owes by its own length (it begins and ends inside the limit's walk)."""
        self.tell("away.announced", act.pair.mentor.key, hours(now), hours(act.ends))
        self.tell("away.ended", act.pair.mentor.key, hours(now), hours(act.ends))
        if debt := self.debts.get((act.pair, "mentor")):
            debt.due_at += act.ends - now


def foretell(story: Story, network: Path) -> Account:
    """The account that a faultless platform gives of this story."""
    ledger = _Ledger()
    for kind, key in _beginnings(story, network):
        ledger.tell(kind, key)
    _count_first_mails(story, ledger.mails)
    for scene in story.scenes:
        ledger.pass_time(scene.at)
        for act in scene.acts:
            if isinstance(act, Writes):
                ledger.write(act, scene.at)
            else:
                ledger.go_away(act, scene.at)
    ledger.pass_time(story.ends_at)
    account: Account = {}
    for kind, key in ledger.events:
        account.setdefault(kind, []).append(key)
    account["mails"] = [f"{person.key} {count}" for person, count in ledger.mails.items()]
    account["conversations"] = _conversations(story)
    account["cases"] = [f"{person.key} {_outcome(story, person)}" for person in story.people]
    return {kind: sorted(keys) for kind, keys in sorted(account.items())}


def _beginnings(story: Story, network: Path) -> Iterator[tuple[str, str]]:
    """Places, roles, offerings, people, screening and matching."""
    document = tomllib.loads(network.read_text(encoding="utf-8"))
    yield from (("site.changed", place["site"]) for place in document["places"])
    yield from (("role.changed", role["role"]) for role in document["roles"])
    yield from (("offering.changed", offering["offering"]) for offering in document["offerings"])
    for person in story.people:
        yield "profile.changed", person.key
        yield "application.submitted", f"{person.key} {person.part}"
        yield ("screening.declined" if person in story.declined else "screening.cleared"), f"{person.key} {person.part}"
    for pair in story.pairs:
        yield "pair.matched", pair.key


def _count_first_mails(story: Story, mails: Counter[Person]) -> None:
    """Application received, cleared, matched."""
    mails.update(story.people)
    mails.update(person for person in story.people if person not in story.declined)
    mails.update(member for pair in story.pairs for member in (pair.mentor, pair.mentee))


def _conversations(story: Story) -> list[str]:
    written = Counter(act.pair.key for scene in story.scenes for act in scene.acts if isinstance(act, Writes))
    return [f"{pair.key} {written[pair.key]}" for pair in story.pairs]


def _outcome(story: Story, person: Person) -> str:
    return "declined" if person in story.declined else "cleared"


def _member(pair: Pair, part: str) -> Person:
    return pair.mentor if part == "mentor" else pair.mentee


def hours(moment: datetime) -> str:
    """Hours since the story began: short, and the same in every zone."""
    return f"{(moment - BEGINNING).total_seconds() / 3600:g}h"
