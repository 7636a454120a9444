"""Tiers follow from the risk, and assessments are looked at again."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.roles import TIERS, Assessment, check_floor, due, due_on, tier
from services.intake.domain.templates import TEMPLATES, Template
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import FurtherRisk, Observability, Risk, RiskFactor

RISKS: tuple[Risk, ...] = (*get_args(RiskFactor), *get_args(FurtherRisk))
SEEN: tuple[Observability, ...] = ("live", "in-review", "none")
TODAY = date(2026, 11, 2)
BEFORE, AFTER = date(2026, 11, 1), date(2026, 11, 3)

assessments = st.builds(
    Assessment,
    st.frozensets(st.sampled_from(RISKS)),
    st.none() | st.integers(1, 30),
    st.sampled_from(SEEN),
    st.sampled_from(["online", "onsite"]),
)
kinds = st.sampled_from(RoleKind)


def height(kind: RoleKind, assessed: Assessment) -> int:
    """A tier as a number."""
    return TIERS.index(tier(kind, assessed)[0])


@given(kinds, assessments, st.frozensets(st.sampled_from(RISKS)))
def test_more_risk_never_gives_a_lower_tier(kind: RoleKind, assessed: Assessment, more: frozenset[Risk]) -> None:
    """Further factors, less to be seen, more often: the tier stays or rises (R36)."""
    lowest = height(kind, assessed)
    assert height(kind, replace(assessed, risks=assessed.risks | more)) >= lowest
    for seen in SEEN[SEEN.index(assessed.observability) :]:
        assert height(kind, replace(assessed, observability=seen)) >= lowest
    often = (assessed.times_a_month or 1) + 5
    assert height(kind, replace(assessed, times_a_month=None)) >= lowest
    assert assessed.times_a_month is None or height(kind, replace(assessed, times_a_month=often)) >= lowest


@given(kinds, assessments)
def test_online_is_a_room(kind: RoleKind, assessed: Assessment) -> None:
    """R44: the same principles hold, wherever the contact takes place."""
    assert tier(kind, replace(assessed, setting="online")) == tier(kind, replace(assessed, setting="onsite"))
    assert tier(kind, assessed)[1], "no sentence says why"


@pytest.mark.parametrize("risk", RISKS)
def test_each_factor_counts(risk: Risk) -> None:
    """R36: one factor alone is more than none; without any, nothing is asked for (R35)."""
    rare = Assessment(frozenset(), 1, "live")
    assert tier(RoleKind.STAFF, rare)[0] == "basic"
    assert tier(RoleKind.STAFF, replace(rare, risks=frozenset((risk,))))[0] != "basic"


def test_one_talk_is_not_one_on_one() -> None:
    """R43: a single watched talk to a class is less than a talk alone, even with others in the room."""
    talk = Assessment(frozenset(("minors",)), 1, "live", "onsite")
    assert tier(RoleKind.STAFF, talk)[0] == "intermediate"
    assert tier(RoleKind.STAFF, replace(talk, risks=frozenset(("minors", "one-on-one"))))[0] == "comprehensive"
    assert tier(RoleKind.STAFF, replace(talk, times_a_month=4))[0] == "comprehensive"
    assert tier(RoleKind.STAFF, replace(talk, observability="none"))[0] == "comprehensive"


def test_a_mentor_is_comprehensive_unless_watched() -> None:
    """R30: high by default; R39: whoever builds the private area is, too; a mentee is never checked."""
    assert tier(RoleKind.MENTOR, Assessment(frozenset()))[0] == "comprehensive"
    assert tier(RoleKind.MENTOR, Assessment(frozenset(), 4, "live"))[0] == "intermediate"
    assert tier(RoleKind.STAFF, Assessment(frozenset(("system-access", "sees-confidential-data"))))[0] == TIERS[2]
    assert tier(RoleKind.MENTEE, Assessment(frozenset(RISKS)))[0] == "basic"


def test_there_are_templates_at_each_tier_and_for_each_kind() -> None:
    """R38: beach clean-up, tutoring, running systems; and each of the network's own roles."""
    assert {tier(each.kind, each.assessed)[0] for each in TEMPLATES} == set(TIERS)
    assert {each.kind for each in TEMPLATES} == set(RoleKind)
    assert len({each.template for each in TEMPLATES}) == len(TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.template)
def test_a_template_says_what_there_is_to_do(template: Template) -> None:
    """R75: a written assignment; and where there is risk, what is done about it (R34)."""
    assert template.description.endswith(".")
    risky = tier(template.kind, template.assessed)[0] != "basic"
    assert bool(template.controls) == risky


def test_what_has_to_be_looked_at() -> None:
    """R33, R34: no review planned, a day that passed, a risk accepted for a time that is over."""
    assert due(None, [], "Writes.", TODAY) == ["never-reviewed"]
    assert due(BEFORE, [BEFORE, AFTER], "", TODAY) == ["review-passed", "acceptance-lapsed", "no-description"]
    assert due(TODAY, [TODAY], "Writes.", TODAY) == []
    assert (due_on(AFTER, [TODAY]), due_on(BEFORE, []), due_on(None, [TODAY])) == (TODAY, BEFORE, None)


def test_a_role_asks_for_no_less_than_the_policy() -> None:
    """R26, R27."""
    check_floor("mentor", (None, None), (2.0, 12))
    check_floor("mentor", (2.0, 12), (2.0, 12))
    for asked in ((1.5, None), (None, 6)):
        with pytest.raises(Contradiction, match="at the least"):
            check_floor("mentor", asked, (2.0, 12))
