"""Every site is assessed before launch (R82): what the data show, and what somebody looked at and vouches for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.contracts import Contradiction

TickedItem = Literal["coordinator", "local-contact", "law-draft-accepted", "access", "emergency-path", "staff-briefed"]
DRAFT: TickedItem = "law-draft-accepted"
NAMED: dict[TickedItem, str] = {
    "coordinator": "Name who coordinates the site.",
    "local-contact": "Name who is reached onsite.",
    DRAFT: "Name who accepts going on where the law was read in part or not at all: `rapport screening explain` says "
    "what is not known.",
}
"""Ticked with the name of the person whom it is about."""
TICKED: dict[TickedItem, str] = {
    **NAMED,
    "access": "See to it that mentees have a place and a device to write from, unwatched.",
    "emergency-path": "Agree whom to call in an emergency, and try it.",
    "staff-briefed": "Brief the site's staff on the conduct document and on what to do when somebody worries (R81).",
}
"""What data cannot show: somebody looked, and says so with their name and the day."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the data show of a site. `due_roles` are those of its catalogue that have to be looked at.

    `law_is_draft`: no pack is held for its law, or one that is a draft.
    """

    country: str | None
    languages: Collection[str]
    document_languages: Collection[str]
    roles: Collection[str]
    due_roles: Collection[str]
    needs_facilitator: bool
    has_facilitator: bool
    law_is_draft: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist. `missing` says what to do where it is not met."""

    item: str
    met: bool
    missing: str


def checklist(facts: Facts, ticks: Collection[str]) -> list[Item]:
    """Every item, those that the data show first."""
    spoken = {_first(language) for language in facts.languages}
    written = {_first(language) for language in facts.document_languages}
    unreviewed = ", ".join(sorted(facts.due_roles))
    computed = [
        Item("country", facts.country is not None, "Give the place or one above it a country."),
        Item("languages", bool(facts.languages), "Give the place its languages."),
        Item("conduct-document", bool(spoken & written), "Publish the conduct document in a language of the place."),
        Item("roles", bool(facts.roles), "Add the roles that people apply for, with their risk assessment (R31)."),
        Item(
            "role-reviews", not facts.due_roles, f"Review the roles {unreviewed}: GET /places/.../role-reviews (R34)."
        ),
        Item(
            "facilitator",
            facts.has_facilitator or not facts.needs_facilitator,
            "Add a role for facilitators: the policy in force asks for one (R4).",
        ),
    ]
    asked = {item: sentence for item, sentence in TICKED.items() if item != DRAFT or facts.law_is_draft}
    return [*computed, *(Item(item, item in ticks, sentence) for item, sentence in asked.items())]


def _first(language: str) -> str:
    """The language of a tag without its script and place."""
    return language.partition("-")[0]


def check_ready(site: str, items: Collection[Item]) -> None:
    """Raises Contradiction naming what is missing (R82)."""
    if missing := [f"{each.item}: {each.missing}" for each in items if not each.met]:
        raise Contradiction(f"{site} is not ready, so nothing can be opened there. {' '.join(missing)}")


def faults_of_tick(item: TickedItem, who: str | None, ticked_on: date, today: date) -> Mapping[str, str]:
    """What is wrong with a tick, by field. East of here it may be tomorrow already."""
    faults = {}
    if item in NAMED and who is None:
        faults["who"] = NAMED[item]
    if ticked_on > today + timedelta(days=1):
        faults["ticked_on"] = "This day is still to come; tick it once it was looked at."
    return faults
