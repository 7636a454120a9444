"""What a role takes at its places: the network's floor, its policy and every connected law, with the reason of each.

Required is the union, forbidden is the union, the validity is the shortest. Where one law requires what another one
forbids, the result is a conflict for a person: nothing here prefers a law to another. Not legal advice.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.screening.domain.cases import required_checks
from services.screening.domain.facts import (
    USUAL_REFERENCES,
    Conflict,
    Facts,
    Forbidden,
    Reason,
    Requirements,
    Step,
    Unsettled,
)
from shared.contracts import RoleKind
from shared.law import Check, Connected, Factor, Law, Pack, Rule, When

MINOR = 18
"""Years below which the network calls somebody a minor."""
PERFORMERS = {
    "identity": ("a screener", "The person is who they say, by a document or by somebody known (R40)."),
    "training": ("the person", "The training was finished and its quiz passed (R75)."),
    "culture-briefing": ("the person", "The site's briefing was read and acknowledged (R17)."),
    "skill-sample": ("a screener", "What the role does was tried and is good enough (R46)."),
    "references": ("people who know the applicant", "As many as are asked for speak for the person (R47)."),
    "record-check": (
        "a screener",
        "The check that the role is eligible for raises no doubt, judged by a person (R42).",
    ),
    "interview": ("a screener", "Skill, temperament and time fit the role, by the written form (R45, R46, R52)."),
    "eligibility": ("a screener", "The programme is for people in this situation."),
    "consents": ("a screener", "Whoever must agree has agreed."),
    "guardian-consent": ("a guardian", "A verified guardian agreed, by a method that can be shown."),
    "assent": ("the child", "The child was asked in words for a child, and wants this."),
}
"""The network's own checks: who performs them, and when they pass."""
ORDER = (
    *("eligibility", "consents", "age-verification", "assent", "guardian-consent", "identity", "training"),
    *(
        "mandated-reporter-training",
        "culture-briefing",
        "skill-sample",
        "references",
        "record-check",
        "interview",
        "adverse-action",
    ),
)


@dataclass(slots=True)
class _Asked:
    """What has been collected so far."""

    required: dict[str, list[Reason]] = field(default_factory=dict)
    forbidden: dict[str, list[Reason]] = field(default_factory=dict)
    validity: dict[str, int] = field(default_factory=dict)

    def ask(self, check: str, reason: Reason) -> None:
        self.required.setdefault(check, []).append(reason)


def requirements(facts: Facts, law: Law) -> Requirements:
    """What these facts take under these packs (R35, R36, R41 to R44). Deterministic; asks nobody."""
    connected = law.connected(facts.places)
    asked = _Asked()
    for check, reason in _floor(facts, connected):
        asked.ask(check, reason)
    for each in connected:
        _apply(each, facts, asked)
    described = {check.check: check for each in connected for check in each.pack.checks}
    unsettled = tuple(_unsettled(facts, connected, asked.required))
    _replace_by_law(asked.required, described)
    conflicts = tuple(
        Conflict(check, tuple(asked.required.pop(check)), tuple(asked.forbidden[check]))
        for check in sorted(asked.required.keys() & asked.forbidden.keys())
    )
    validity = min([facts.validity, *(asked.validity[check] for check in asked.required if check in asked.validity)])
    return Requirements(
        tuple(_step(check, asked, described, facts) for check in sorted(asked.required, key=_place(described))),
        tuple(Forbidden(check, tuple(why)) for check, why in sorted(asked.forbidden.items())),
        conflicts,
        tuple(report for each in connected for report in each.reports),
        unsettled,
        validity,
        facts.second_person,
    )


def _floor(facts: Facts, connected: Sequence[Connected]) -> Iterator[tuple[str, Reason]]:
    """What the network asks by the role's risk, its policy, and whoever agrees for a child."""
    for each in required_checks(facts.kind, facts.risks):
        yield each.check, Reason("network", each.check, each.why, each.factors)
    if facts.kind != RoleKind.MENTEE:
        for check in sorted(facts.asked):
            yield check, Reason("policy", check, "The policy in force asks for it (R37).")
    if facts.age < MINOR if facts.age is not None else _may_be_child(facts):
        yield "assent", Reason("network", "assent", "A child's own wish is always asked.")
        yield from _consents(facts, facts.age, connected)


def _may_be_child(facts: Facts) -> bool:
    """A mentee of a programme for minors whose age nobody told counts as one."""
    return facts.for_minors and facts.kind == RoleKind.MENTEE


def _consents(facts: Facts, age: int | None, connected: Sequence[Connected]) -> Iterator[tuple[str, Reason]]:
    home: Factor = "mentee" if facts.kind == RoleKind.MENTEE else "mentor"
    found = [(each.pack, each.pack.consent) for each in connected if home in each.factors and each.pack.consent]
    for pack, consent in found:
        if age is None or age < consent.below:
            yield (
                "guardian-consent",
                Reason(pack.title, "consent", consent.why, (home,), pack.sources[consent.source].title),
            )
    if not found:
        why = f"No law that was read says who agrees, so a guardian agrees for everybody below {MINOR}."
        yield "guardian-consent", Reason("network", "consent", why, (home,))


def _apply(law: Connected, facts: Facts, asked: _Asked) -> None:
    pack = law.pack
    for rule, by in law.rules:
        if not (_is_in_force(rule, facts.today) and _holds(rule.when, pack, facts, asked.required)):
            continue
        reason = Reason(pack.title, rule.rule, rule.why, by, pack.sources[rule.source].title)
        for check in rule.require if _may_ask(rule, facts.kind) else ():
            asked.ask(check, reason)
            if rule.validity:
                asked.validity[check] = min(rule.validity, asked.validity.get(check, rule.validity))
        for check in rule.forbid:
            asked.forbidden.setdefault(check, []).append(reason)


def _may_ask(rule: Rule, kind: RoleKind) -> bool:
    """A mentee is never checked like a volunteer, so a rule asks one for something only where it names mentees."""
    return kind != RoleKind.MENTEE or kind in rule.when.kinds


def _is_in_force(rule: Rule, today: date) -> bool:
    return (rule.in_force is None or rule.in_force <= today) and (rule.until is None or today < rule.until)


def _holds(when: When, pack: Pack, facts: Facts, required: Collection[str]) -> bool:
    """An unknown fact never lets anybody out: it counts as the stricter one."""
    return (
        (not when.kinds or facts.kind in when.kinds)
        and facts.risks.issuperset(when.risks)
        and facts.risks.isdisjoint(when.without)
        and (when.asked is None or when.asked in required)
        and (when.often is None or when.often == _is_often(pack, facts))
        and (when.aged_from is None or facts.age is None or facts.age >= when.aged_from)
        and (when.aged_below is None or facts.age is None or facts.age < when.aged_below)
        and (when.hours_above is None or any(h > limit for h, limit in zip(facts.hours, when.hours_above, strict=True)))
        and (when.resident_below is None or facts.resident is None or facts.resident < when.resident_below)
        and (when.vendor is None or when.vendor == facts.vendor)
    )


def _is_often(pack: Pack, facts: Facts) -> bool:
    return facts.days is None or pack.often is None or facts.days >= pack.often


def _unsettled(facts: Facts, connected: Sequence[Connected], required: Mapping[str, object]) -> Iterator[Unsettled]:
    """What a person settles, each once, in the order of the packs; drafts are accepted for a whole site."""
    names = {each.pack.pack for each in connected}
    for each in connected:
        for gap in each.gaps:
            if names.isdisjoint(gap.without_packs) and _holds(gap.when, each.pack, facts, required):
                accepted = each.pack.status == "draft" and each.pack.holds_at(facts.accepted)
                yield Unsettled(f"{each.pack.pack}/{gap.gap}", f"{each.pack.title}: {gap.about}", accepted)
    covered = {factor for each in connected for factor in each.factors}
    for place in sorted({place for factor, place in facts.places.items() if factor not in covered}):
        about = f"No law pack is held for {place}: the network's floor holds, and a person finds out what the law asks."
        yield Unsettled(f"no-pack/{place}", about, place == facts.accepted)
    if facts.kind == RoleKind.MENTOR and (facts.age is None or facts.age < facts.youngest) and facts.youngest:
        about = f"The policy in force takes mentors from {facts.youngest} years on; a person decides about this one."
        yield Unsettled("policy/mentor-age", about)
    if not facts.places:
        yield Unsettled("no-place", "No place is named, so no law was looked at.")


def _replace_by_law(required: dict[str, list[Reason]], described: Mapping[str, Check]) -> None:
    """The network's check gives way to those of the laws that stand for it."""
    for check in {each.stands_for for name, each in described.items() if name in required and each.stands_for}:
        required.pop(check, None)


def _step(check: str, asked: _Asked, described: Mapping[str, Check], facts: Facts) -> Step:
    law = described.get(check)
    performer, passes = (law.performer, law.passes) if law else PERFORMERS.get(check, ("a screener", "It was done."))
    return Step(
        check,
        tuple(asked.required[check]),
        performer,
        passes,
        asked.validity.get(check, facts.validity),
        law.days_old if law else None,
        law.only if law else None,
        max(USUAL_REFERENCES, facts.references) if check == "references" else None,
        any(
            each.check == check and each.valid_until >= facts.today and (each.own or bool(law and law.transferable))
            for each in facts.held
        ),
    )


def _place(described: Mapping[str, Check]) -> Callable[[str], tuple[int, bool, str]]:
    """By the order of the steps: a law's checks stand where the network's record check would."""

    def place(check: str) -> tuple[int, bool, str]:
        stands_for = described[check].stands_for if check in described else None
        name = check if check in ORDER else stands_for or "record-check"
        return ORDER.index(name), check not in ORDER and not stands_for, check

    return place
