"""What the law packs ask and forbid, case by case, and what no combination of places and risks may break."""

from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.screening.domain.facts import Facts, Held, Requirements
from services.screening.domain.requirements import requirements
from shared.contracts import RoleKind
from shared.contracts.intake import Risk
from shared.law import Factor, Law, Pack, law

CASES = yaml.safe_load((Path(__file__).parent / "law_cases.yaml").read_text(encoding="utf-8"))
FACTORS: tuple[Factor, ...] = get_args(Factor)
TODAY = date(2026, 11, 23)
USUAL: dict[str, Any] = {
    "child": ("mentor", ["works-with-clients", "one-on-one", "minors"]),
    "adult": ("mentor", ["works-with-clients"]),
}
PLACES = [place for pack in law().packs for place in pack.places] + ["AF", "US-CA", "US-PA", "US-NY"]


def facts_of(case: dict[str, Any]) -> Facts:
    """The facts that a line of the table names."""
    kind, usual = USUAL.get(case["role"], (case["role"], []))
    risks: Any = case.get("risks", usual)
    at = case["at"]
    return Facts(
        RoleKind(kind),
        case.get("day", TODAY),
        frozenset(risks),
        at if isinstance(at, dict) else dict.fromkeys(FACTORS, at),
        case.get("age"),
        case.get("days"),
        tuple(case.get("hours", (0.0, 0.0))),
        case.get("resident"),
        case.get("vendor", False),
        frozenset(case.get("asked", ())),
        held=tuple(Held(**each) for each in case.get("held", ())),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_law_of_places(case: dict[str, Any]) -> None:
    """Each line of law_cases.yaml (R35, R41 to R44)."""
    found = requirements(facts_of(case), law())
    steps = {step.check: step for step in found.steps}
    assert set(case.get("asks", ())) <= steps.keys()
    assert steps.keys().isdisjoint(case.get("not", ()))
    for name, seen in (
        ("forbids", [each.check for each in found.forbidden]),
        ("conflicts", [each.check for each in found.conflicts]),
        ("stands", [step.check for step in found.steps if step.stands]),
        ("unsettled", bool(found.unsettled)),
    ):
        assert seen == case.get(name, seen), name
    for check, months in case.get("months", {}).items():
        assert steps[check].validity == months
    for check, days in case.get("days_old", {}).items():
        assert steps[check].days_old == days
    for check, rule in case.get("reasons", {}).items():
        assert rule in {each.rule for each in steps[check].why}
    for check, rule in case.get("other_reasons", {}).items():
        assert rule not in {each.rule for each in steps[check].why}
    reports = {each.of: each for each in found.reports}
    for of, told in case.get("reports", {}).items():
        assert told in (reports[of].to, reports[of].within_hours)


def test_the_table_is_wide() -> None:
    """At least sixty cases, each with a name of its own, and every pack is met."""
    assert len({case["name"] for case in CASES}) == len(CASES) >= 60
    met = {each.pack.pack for case in CASES for each in law().connected(facts_of(case).places)}
    assert met == {pack.pack for pack in law().packs}


def test_every_rule_is_met_by_a_case() -> None:
    """A rule that no case meets would be one that nobody has held against its source."""
    reasons = {
        (reason.of, reason.rule)
        for case in CASES
        for reason in _reasons(requirements(facts_of(case), law()))
        if reason.source
    }
    assert reasons == {(pack.title, rule.rule) for pack in law().packs for rule in pack.rules} | {
        (pack.title, "consent") for pack in law().packs if pack.consent
    }


everywhere = st.dictionaries(st.sampled_from(FACTORS), st.sampled_from(PLACES))
risks = st.frozensets(st.sampled_from([*get_args(get_args(Risk)[0]), *get_args(get_args(Risk)[1])]))
facts = st.builds(
    Facts,
    st.sampled_from(RoleKind),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    risks,
    everywhere,
    st.none() | st.integers(8, 90),
    st.none() | st.integers(0, 30),
    st.tuples(st.floats(0, 60), st.floats(0, 400)),
    st.none() | st.integers(0, 40),
    st.booleans(),
    st.frozensets(st.sampled_from(["identity", "interview", "references", "record-check", "skill-sample"])),
    st.integers(1, 36),
)


@given(facts, risks)
def test_more_risk_never_asks_for_less(given_: Facts, more: frozenset[Risk]) -> None:
    """Monotone in risk: what was asked for is asked for still, or a law's check stands for it (R35)."""
    before, after = (requirements(each, law()) for each in (given_, _with(given_, more)))
    assert _covered(before) <= _covered(after)


@given(facts)
def test_never_below_the_law_and_never_what_it_forbids(given_: Facts) -> None:
    """What a connected rule requires is a step or a conflict; no step is forbidden (R41)."""
    found = requirements(given_, law())
    assert set(found.checks).isdisjoint(each.check for each in found.forbidden)
    forbidden = {each.check for each in found.forbidden}
    assert {each.check for each in found.conflicts} <= forbidden
    asked = {*found.checks, *(each.check for each in found.conflicts)}
    for connected in law().connected(given_.places):
        alone = requirements(given_, Law([connected.pack]))
        required = {step.check for step in alone.steps if any(why.of == connected.pack.title for why in step.why)}
        assert required <= asked
        assert found.validity <= alone.validity
        assert {each.check for each in alone.forbidden} <= forbidden


@given(facts, everywhere)
def test_more_places_never_ask_for_less(given_: Facts, more: dict[Factor, str]) -> None:
    """Strictest of all connected laws (R41): another place adds requirements and prohibitions, and takes none away."""
    before = requirements(given_, law())
    after = requirements(_with(given_, places={**more, **given_.places}), law())
    assert {each.check for each in before.forbidden} <= {each.check for each in after.forbidden}
    assert _of_laws(before) <= _covered(after)
    assert after.validity <= before.validity


@given(facts, st.frozensets(st.sampled_from(["identity", "interview", "references", "record-check", "skill-sample"])))
def test_a_policy_never_loosens(given_: Facts, more: frozenset[str]) -> None:
    """R37: what a site adds stands on top of what risk and law ask for."""
    before, after = (requirements(each, law()) for each in (given_, replace(given_, asked=given_.asked | more)))
    assert _covered(before) <= _covered(after)


@given(facts)
def test_what_is_not_known_never_lets_a_volunteer_out(given_: Facts) -> None:
    """An unknown frequency, residence or age counts as the stricter one in every rule of law (R41)."""
    volunteer = replace(given_, kind=RoleKind.MENTOR)
    unknown = replace(volunteer, age=None, days=None, resident=None)
    assert _of_laws(requirements(volunteer, law())) <= _covered(requirements(unknown, law())) | {"guardian-consent"}


@given(facts)
def test_a_mentee_is_never_checked_like_a_volunteer(given_: Facts) -> None:
    """A mentee is admitted, whatever risks, places, hours and policy say."""
    found = requirements(replace(given_, kind=RoleKind.MENTEE, vendor=False), law())
    admitted = {"eligibility", "consents", "assent", "guardian-consent", "age-verification"}
    assert set(found.checks) <= admitted
    assert found.conflicts == ()


@given(facts, st.randoms(use_true_random=False))
def test_the_order_of_packs_and_places_changes_nothing(given_: Facts, random: Any) -> None:
    """Deterministic: the same facts give the same answer, whatever order they are told in."""
    packs, places = list(law().packs), list(given_.places.items())
    random.shuffle(packs)
    random.shuffle(places)
    found, again = requirements(given_, law()), requirements(_with(given_, places=dict(places)), Law(packs))
    assert found.checks == again.checks
    assert {each.check for each in found.conflicts} == {each.check for each in again.conflicts}
    assert set(found.unsettled) == set(again.unsettled)


@given(facts)
def test_everything_is_explained(given_: Facts) -> None:
    """Each step says who performs it, when it passes, and by which rule it is asked; a law's rule names its source."""
    found = requirements(given_, law())
    titles = {pack.title for pack in law().packs}
    for step in found.steps:
        assert all((step.performer, step.passes, step.why, step.validity))
    assert all(reason.why and bool(reason.source) == (reason.of in titles) for reason in _reasons(found))


def test_a_rule_without_a_source_is_no_rule() -> None:
    """No law from memory: a pack whose rule cites nothing, or an unknown source, is refused."""
    whole = next(pack for pack in law().packs if pack.pack == "scotland").model_dump(mode="json")
    unsourced = whole | {"sources": {}}
    undescribed = whole | {"checks": []}
    unexplained = whole | {"status": "draft", "gaps": []}
    for broken, named in ((unsourced, "sources"), (undescribed, "checks"), (unexplained, "gaps")):
        with pytest.raises(ValidationError, match=named):
            Pack.model_validate(broken)


def test_sources_are_dated_and_reviewed() -> None:
    """Each source was read on a day and is to be read again within a year."""
    for source in (source for pack in law().packs for source in pack.sources.values()):
        assert source.title.startswith("requirements b4")
        assert date(2026, 11, 22) <= source.checked_on < source.review_by
        assert (source.review_by - source.checked_on).days <= 366


def test_packs_do_not_overlap_but_by_country() -> None:
    """A place has one pack of its own and at most one of its country."""
    for first, second in product(law().packs, repeat=2):
        assert first is second or not set(first.places) & set(second.places)


def _with(given_: Facts, more: frozenset[Risk] = frozenset(), places: dict[Factor, str] | None = None) -> Facts:
    return replace(given_, risks=given_.risks | more, places=given_.places if places is None else places)


def _of_laws(found: Requirements) -> set[str]:
    """Steps and conflicts for which some law is a reason."""
    steps = {step.check for step in found.steps if any(why.source for why in step.why)}
    return steps | {each.check for each in found.conflicts if any(why.source for why in each.required)}


def _covered(found: Requirements) -> set[str]:
    """Steps and conflicts, with what they stand for."""
    names = {*found.checks, *(each.check for each in found.conflicts)}
    stand_for = {check.check: check.stands_for for pack in law().packs for check in pack.checks if check.stands_for}
    return names | {stand_for[name] for name in names if name in stand_for}


def _reasons(found: Requirements) -> list[Any]:
    asked = [reason for step in found.steps for reason in step.why]
    forbidden = [reason for each in found.forbidden for reason in each.why]
    return asked + forbidden + [reason for each in found.conflicts for reason in each.required]


@pytest.mark.parametrize("place", [*PLACES, None])
def test_a_mentee_of_unknown_age_counts_as_a_child_where_the_programme_is_for_minors(place: str | None) -> None:
    """R27: nobody is admitted without a guardian because nobody told their age; elsewhere the unknown asks nothing."""
    at = dict.fromkeys(FACTORS, place) if place else {}
    unknown = Facts(RoleKind.MENTEE, TODAY, places=at, for_minors=True)
    assert {"assent", "guardian-consent"} <= set(requirements(unknown, law()).checks)
    assert "guardian-consent" not in requirements(replace(unknown, for_minors=False), law()).checks
    assert "guardian-consent" not in requirements(replace(unknown, age=30), law()).checks


@given(st.integers(0, 10))
def test_a_policy_asks_for_more_references_never_for_fewer(count: int) -> None:
    """R47: two speak for an applicant, or as many as the policy says."""
    facts = Facts(RoleKind.MENTOR, TODAY, frozenset(("works-with-clients",)), references=count)
    (step,) = [step for step in requirements(facts, law()).steps if step.check == "references"]
    assert step.count == max(2, count)
