"""What the script alone foretells: every event, mail and message count. It imports the script and no service."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from deploy.demo import lawful
from deploy.demo.story import (
    BEGINNING,
    CHILD,
    CITIES,
    REPLY_HOURS,
    SITES,
    Acknowledges,
    Application,
    GoesAway,
    IsRefused,
    Pair,
    Part,
    Person,
    Scene,
    Story,
    Writes,
)

Account = dict[str, list[str]]
"""What happened, by kind: each entry is a readable key, sorted; the same entry twice is a fault."""

PARTNER_SITE = CITIES["kabul"]
PARTNER = f"partner of {PARTNER_SITE}"
"""What a system hears that subscribes to one site."""
NOT_FOR_PARTNERS = {"profile.changed", "screening.declined", "clearance.expiring", "clearance.ended"}


NOTICES = (60, 30, 7)
"""So many days before its last one a clearance tells that it will end."""


@dataclass
class _Debt:
    since: datetime
    due_at: datetime
    overdue: bool = False


@dataclass
class _Ledger:
    """Who owes whom while the script is read, and what follows from it."""

    debts: dict[tuple[Pair, Part], _Debt] = field(default_factory=dict)
    later: list[tuple[datetime, str, str, tuple[str, ...]]] = field(default_factory=list)
    """When, and what is told then: kind, site and key."""
    account: Account = field(default_factory=dict)
    mails: Counter[Person] = field(default_factory=Counter)

    def tell(self, kind: str, site: str, *parts: object) -> None:
        key = " ".join(map(str, parts))
        self.account.setdefault(kind, []).append(key)
        if site == PARTNER_SITE and kind not in NOT_FOR_PARTNERS:
            self.account.setdefault(PARTNER, []).append(f"{kind} {key}")

    def mail(self, *people: Person) -> None:
        self.mails.update(person for person in people if person.email)

    def pass_time(self, now: datetime) -> None:
        """What falls due by `now` becomes overdue, once; absences and clearances end."""
        for (pair, debtor), debt in self.debts.items():
            if debt.due_at <= now and not debt.overdue:
                debt.overdue = True
                self.tell("reply.overdue", _site(pair), pair.key, debtor, hours(debt.since), hours(debt.due_at))
                self.mail(pair.member(debtor))
        for moment, kind, site, key in self.later:
            if moment <= now:
                self.tell(kind, site, *key)
        self.later = [each for each in self.later if each[0] > now]

    def write(self, act: Writes, now: datetime) -> None:
        """A message pays what its writer owes, and may make the other side owe an answer."""
        other: Part = "mentee" if act.writer == "mentor" else "mentor"
        self.tell("message.sent", _site(act.pair), act.pair.key, act.writer, hours(now))
        self.mail(act.pair.member(other))
        self.settle(act.pair, act.writer, "answered", now)
        if act.answer_needed and (act.pair, other) not in self.debts:
            self.debts[act.pair, other] = _Debt(now, now + timedelta(hours=REPLY_HOURS[other]))

    def settle(self, pair: Pair, debtor: Part, settlement: str, now: datetime) -> None:
        """Nobody owes this any more."""
        if debt := self.debts.pop((pair, debtor), None):
            late = "overdue" if debt.overdue else "in-time"
            self.tell("reply.settled", _site(pair), pair.key, debtor, hours(debt.since), hours(now), settlement, late)

    def go_away(self, act: GoesAway, now: datetime) -> None:
        """An absence moves what the mentor owes by its own length (it begins and ends inside the limit's walk)."""
        site, key = _site(act.pair), (act.pair.mentor.key, hours(now), hours(act.ends))
        self.tell("away.announced", site, *key)
        self.later.append((act.ends, "away.ended", site, key))
        if debt := self.debts.get((act.pair, "mentor")):
            debt.due_at += act.ends - now

    def play(self, scene: Scene) -> None:
        """What follows from what people do in a scene."""
        for act in scene.acts:
            match act:
                case Writes():
                    self.write(act, scene.at)
                case Acknowledges():
                    self.settle(act.pair, "mentor", "acknowledged", scene.at)
                case GoesAway():
                    self.go_away(act, scene.at)
                case IsRefused():
                    self.account.setdefault("refused", []).append(f"{act.pair.key} {act.writer} {hours(scene.at)}")


def foretell(story: Story, networks: Iterable[Path]) -> Account:
    """The account that a faultless platform gives of this story."""
    ledger = _Ledger()
    for network in networks:
        _open(ledger, network)
    _screen_and_match(ledger, story)
    _abide(ledger, story)
    for scene in story.scenes:
        ledger.pass_time(scene.at)
        ledger.play(scene)
    ledger.pass_time(story.ends_at)
    ledger.account["people mailed"] = [f"{person.key} {count}" for person, count in ledger.mails.items()]
    ledger.account["conversations"] = _conversations(story)
    everybody = (*story.applications, *lawful.APPLICATIONS)
    ledger.account["cases"] = [f"{each.key} {_outcome(story, each)}" for each in everybody]
    return {kind: sorted(keys) for kind, keys in sorted(ledger.account.items())}


def _open(ledger: _Ledger, network: Path) -> None:
    """Places, roles and offerings."""
    document = tomllib.loads(network.read_text(encoding="utf-8"))
    for place in document["places"]:
        ledger.tell("site.changed", place["site"], place["site"])
    for tick in document["readiness"]:
        if tick["item"] == "law-draft-accepted":  # told again: screening hears that somebody accepted it
            ledger.tell("site.changed", tick["site"], tick["site"])
    for role in document["roles"]:
        ledger.tell("role.changed", role["site"], role["role"])
    for offering in document["offerings"]:
        ledger.tell("offering.changed", offering["offering"].partition("@")[2], offering["offering"])


def _screen_and_match(ledger: _Ledger, story: Story) -> None:
    """Signatures, applications, decisions and pairs."""
    for person in story.people:
        ledger.tell("agreement.signed", CITIES[person.city], person.key)
    for each in story.applications:
        person, site = each.person, CITIES[each.person.city]
        ledger.tell("profile.changed", site, person.key)
        ledger.tell("application.submitted", site, each.key)
        ledger.mail(person)
        if each in story.declined:
            ledger.tell("screening.declined", site, each.key)
            continue
        ledger.tell("screening.cleared", site, each.key)
        ledger.mail(person)
        if ends := _ends(story, each):
            for days in NOTICES:
                if (moment := ends - timedelta(days=days + 1)) > story.screened_at:
                    ledger.later.append((moment, "clearance.expiring", site, (each.key,)))
            ledger.later.append((ends, "clearance.ended", site, (each.key,)))
    for pair in story.pairs:
        ledger.tell("pair.matched", _site(pair), pair.key, pair.kind)
        ledger.mail(pair.mentor, pair.mentee)


def _abide(ledger: _Ledger, story: Story) -> None:
    """The chapter about children: what the laws ask for, and a pair that a guardian's word ends."""
    for each in lawful.APPLICATIONS:
        person, site = each.person, SITES[each.person.city]
        for kind in ("profile.changed", "agreement.signed"):
            ledger.tell(kind, site, person.key)
        for kind in ("application.submitted", "screening.cleared"):
            ledger.tell(kind, site, each.key)
        ledger.mail(person, person)
    pair, site, now = lawful.CHILDS_PAIR, SITES[CHILD.city], story.matched_at
    for purpose in lawful.AGREED:
        ledger.tell("consent.given", site, CHILD.key, purpose)
    ledger.tell("pair.matched", site, pair.key, pair.kind)
    ledger.mail(pair.mentor, pair.mentee)
    for act in lawful.LETTERS:
        ledger.write(act, now)
    ledger.tell("consent.withdrawn", site, CHILD.key, lawful.TAKEN_BACK)
    ledger.account["refused"] = [f"{pair.key} {part} {hours(now)}" for part in lawful.STOPPED]
    ledger.account["law"] = list(lawful.law())


def _site(pair: Pair) -> str:
    return SITES[pair.mentor.city]


def _conversations(story: Story) -> list[str]:
    acts = [*lawful.LETTERS, *(act for scene in story.scenes for act in scene.acts)]
    written = Counter(act.pair.key for act in acts if isinstance(act, Writes))
    return [f"{pair.key} {written[pair.key]}" for pair in (*story.pairs, lawful.CHILDS_PAIR)]


def _outcome(story: Story, application: Application) -> str:
    if application in story.declined:
        return "declined"
    ends = _ends(story, application)
    return "ended" if ends and ends <= story.ends_at else "cleared"


def _ends(story: Story, application: Application) -> datetime | None:
    """The moment after the last day (UTC) of a clearance that ends within the story."""
    last_day = story.last_days.get(application)
    return datetime.combine(last_day + timedelta(days=1), time(), UTC) if last_day else None


def hours(moment: datetime) -> str:
    """Hours since the story began: short, and the same in every zone."""
    return f"{(moment - BEGINNING).total_seconds() / 3600:g}h"
