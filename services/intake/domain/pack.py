"""The applicant pack (R68): what somebody reads before they apply, made from what is really in force.

The policies, how abuse is prevented, what the role's risk is, the boundaries between people, for what people are
dismissed, and the written assignment. Its hash is what the applicant says to have read; where anything of it changes,
so does the hash.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from services.intake.domain.clauses import Topic

DISMISSAL = (
    "Harming, threatening or abusing anybody who takes part, in whatever way: in words, sexually, or with money.",
    "Asking anybody who takes part for money, gifts, loans or bank details, or offering them.",
    "Meeting or writing to somebody outside the agreed ways, where this was not agreed with the staff.",
    "Passing on what somebody told in confidence, their pictures, or where they can be found.",
    "Hiding something in the application that would have decided it, or pretending to be somebody else.",
    "Staying silent for weeks without a word, again after being asked.",
    "Punishing somebody for having told a worry to the staff.",
)
"""The grounds, numbered by their place from 1 on."""

BOUNDARIES: dict[Topic, str] = {
    "confidentiality": "What somebody tells you stays with you and the staff; you copy and pass on nothing of it.",
    "gifts": "Nobody here gives or takes presents, small ones included, unless the staff agreed to it beforehand.",
    "money": "Nobody here asks for, lends, sends or takes money, or tells bank details.",
    "social-media": "Nobody here looks for, follows or writes to the other one on other services.",
}
"""The rules between people that hold everywhere; that of meetings follows the policy (R74)."""
MEETING = {
    True: "You meet only where, when and with whom the staff agreed to beforehand.",
    False: "You do not meet outside the platform.",
}

ALWAYS = (
    "Nobody writes to anybody here before a person has decided that they may take part in their role.",
    "All messages go through the platform, and nobody learns the other one's address from it.",
    "Whoever worries about something can tell the staff, about anybody, the staff included.",
    "The permission to take part ends by itself after its time, or at once where people are not safe.",
)


def prevention(policy: Mapping[str, Any]) -> Iterator[str]:
    """How abuse is prevented, in sentences that hold under a policy."""
    yield from ALWAYS
    if policy["second_person"]:
        yield "A second person has to agree before somebody is allowed to take part."
    if policy["references"]:
        yield f"Where others are asked about you, they are {policy['references']} at the least."
    if policy["training_first"]:
        yield "Nobody is paired before the training."
    if policy["culture_briefing"]:
        yield "Nobody writes before they have read about the place and its ways."
    if policy["facilitator"]:
        yield "Somebody at the place looks after each pair of people who never met."
    if policy["mentor_age"]:
        yield f"Mentors are {policy['mentor_age']} years old at the least."
    not_allowed = sorted({"photos", "links", "offline-meetings"} - set(policy["allowed"]))
    if not_allowed:
        yield f"Not allowed between people here: {', '.join(not_allowed)}."


def boundaries(policy: Mapping[str, Any], clauses: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rule on each topic (R74), and the clauses of the conduct document that say more about it."""
    meeting = MEETING["offline-meetings" in policy["allowed"]]
    rules = {**BOUNDARIES, "meeting-offline": meeting}
    by_kind = {topic: [each["number"] for each in clauses if each["kind"] == topic] for topic in rules}
    return [{"topic": topic, "rule": rules[topic], "clauses": by_kind[topic]} for topic in get_args(Topic)]


def grounds() -> list[dict[str, Any]]:
    """For what people are dismissed, numbered."""
    return [{"number": number, "text": text} for number, text in enumerate(DISMISSAL, 1)]


def fingerprint(pack: Mapping[str, Any]) -> str:
    """The hash of a pack's content, the same wherever and whenever it is made from the same settings."""
    text = json.dumps(pack, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
