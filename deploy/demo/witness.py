"""What was seen: distinct events of the archive stream, mails of the catcher, and what HTTP answers; never a table."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from deploy import archive
from deploy.demo import partner
from deploy.demo.cast import Cast
from deploy.demo.foretold import PARTNER, Account, hours
from deploy.demo.stage import Stage
from deploy.demo.story import SITES
from shared.contracts import Envelope

Keys = Callable[[dict[str, Any], Cast], str]


def _part(data: dict[str, Any], cast: Cast) -> str:
    return f"{cast.people[UUID(data['person'])].key} {data['kind_of_role']}"


def _members(data: dict[str, Any], cast: Cast) -> str:
    keys = {each["role"]: cast.people[UUID(each["person"])].key for each in data["members"]}
    return f"{keys['mentor']}+{keys['mentee']} {data['pair_kind']}"


def _pair(data: dict[str, Any], cast: Cast) -> str:
    return cast.pairs[UUID(data["pair"])].key


def _at(text: str) -> str:
    return hours(datetime.fromisoformat(text))


KEYS: dict[str, Keys] = {
    "site.changed": lambda data, _: str(data["site"]),
    "role.changed": lambda data, _: str(data["role"]),
    "offering.changed": lambda data, _: str(data["offering"]),
    "profile.changed": lambda data, cast: cast.people[UUID(data["person"])].key,
    "agreement.signed": lambda data, cast: cast.people[UUID(data["person"])].key,
    "consent.given": lambda data, cast: f"{cast.people[UUID(data['person'])].key} {data['purpose']}",
    "consent.withdrawn": lambda data, cast: f"{cast.people[UUID(data['person'])].key} {data['purpose']}",
    "application.submitted": _part,
    "screening.cleared": _part,
    "screening.declined": _part,
    "clearance.expiring": _part,
    "clearance.ended": _part,
    "pair.matched": _members,
    "message.sent": lambda data, cast: f"{_pair(data, cast)} {data['sender_role']} {_at(data['sent_at'])}",
    "reply.overdue": lambda data, cast: (
        f"{_pair(data, cast)} {data['debtor_role']} {_at(data['since'])} {_at(data['due_at'])}"
    ),
    "reply.settled": lambda data, cast: (
        f"{_pair(data, cast)} {data['debtor_role']} {_at(data['since'])} {_at(data['settled_at'])} "
        f"{data['settlement']} {'overdue' if data['was_overdue'] else 'in-time'}"
    ),
    "away.announced": lambda data, cast: _absence(data, cast),
    "away.ended": lambda data, cast: _absence(data, cast),
}


def _absence(data: dict[str, Any], cast: Cast) -> str:
    return f"{cast.people[UUID(data['person'])].key} {_at(data['starts'])} {_at(data['ends'])}"


async def witness(stage: Stage, cast: Cast) -> Account:
    """Everything that can be seen from outside, in the keys of the script."""
    account: Account = {}
    for event in await _archive(stage.addresses.amqp_url):
        name, key = _told(event, cast)
        account.setdefault(name, []).append(key)
    for event in await partner.read(stage.addresses.amqp_url):
        account.setdefault(PARTNER, []).append(" ".join(_told(event, cast)))
    account["refused"] = cast.refused
    account["law"] = cast.law
    account["people mailed"] = await _mails(stage)
    account["conversations"] = await _conversations(stage, cast)
    account["cases"] = await _cases(stage, cast)
    return {kind: sorted(keys) for kind, keys in sorted(account.items())}


def _told(event: Envelope, cast: Cast) -> tuple[str, str]:
    """An event's name and its key in the script."""
    name = event.type.removeprefix("rapport.").rpartition(".")[0]
    return name, KEYS[name](event.data, cast) if name in KEYS else event.subject


async def _archive(amqp_url: str) -> list[Envelope]:
    """Every distinct event of the archive, by id."""
    found = {archived.envelope.id: archived.envelope async for archived in archive.read(amqp_url)}
    return list(found.values())


async def _mails(stage: Stage) -> list[str]:
    messages = (await stage.http.get(f"{stage.addresses.mail_url}/messages")).raise_for_status().json()
    received = Counter(address.partition("@")[0] for message in messages for address in message["to"])
    return [f"{person} {count}" for person, count in received.items()]


async def _conversations(stage: Stage, cast: Cast) -> list[str]:
    counts = []
    for pair_id, pair in cast.pairs.items():
        messages = await stage.call(
            "GET", "messaging", f"/conversations/{pair_id}/messages?limit=100",
            role="participant", site=SITES[pair.mentee.city], subject=cast.ids[pair.mentee],
        )  # fmt: skip
        counts.append(f"{pair.key} {len(messages['items'])}")
    return counts


async def _cases(stage: Stage, cast: Cast) -> list[str]:
    return [
        f"{cast.people[UUID(case['person'])].key} {case['kind']} {case['state']}"
        for site in SITES.values()
        for case in await stage.pages("screening", "/cases", role="screener", site=site)
    ]
