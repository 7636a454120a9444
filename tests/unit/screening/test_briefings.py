"""Whose briefing holds at a site: its own, else that of the nearest place above (R17)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.briefings import CHECK, check_in_force, line_of, nearest
from services.screening.domain.cases import Result, clear_until
from services.screening.domain.facts import Facts
from services.screening.domain.requirements import requirements
from shared.contracts import Contradiction, RoleKind
from shared.law import law

paths = st.lists(st.sampled_from(["net", "af", "kabul", "afx"]), min_size=1, max_size=4).map(".".join)


def test_a_policy_that_asks_for_the_briefing_gates_the_clearance() -> None:
    """R17: who is not cleared cannot write; the person performs the step, and nothing else stands in for it."""
    facts = Facts(RoleKind.MENTOR, date(2026, 11, 2), asked=frozenset({CHECK}))
    (step,) = [step for step in requirements(facts, law()).steps if step.check == CHECK]
    assert step.performer == "the person"
    passed = {"identity": Result("passed")}
    with pytest.raises(Contradiction, match=CHECK):
        clear_until(["identity", CHECK], passed, facts.today, 12, None)
    assert clear_until(["identity", CHECK], passed | {CHECK: Result("passed")}, facts.today, 12, None) > facts.today


@given(site=paths, published=st.sets(paths))
def test_the_nearest_place_above_speaks(site: str, published: set[str]) -> None:
    """R17: never a place beside or below, and none farther away than another one that published."""
    found = nearest(site, published)
    above = [place for place in published if site == place or site.startswith(f"{place}.")]
    assert found == (max(above, key=len) if above else None)
    assert set(above) <= set(line_of(site))


def test_only_what_holds_now_is_acknowledged() -> None:
    """R17: an older version or another place's is not what people have to know."""
    check_in_force(("net.af", 2), ("net.af", 2))
    for held in (None, ("net.af", 3), ("net.af.kabul", 2)):
        with pytest.raises(Contradiction):
            check_in_force(held, ("net.af", 2))
