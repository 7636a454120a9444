"""Policies only tighten on the way down (R37, trap 9)."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.api.policies import PolicyBody
from services.intake.domain.policy import (
    RULES,
    Holder,
    Own,
    Value,
    check_tightens,
    commitment,
    differences,
    in_force,
    join,
)
from shared.contracts import Contradiction
from shared.contracts.policy import OfferingPolicy

NET, AF, KABUL = (Holder("place", site) for site in ("net", "net.af", "net.af.kabul"))
NAMES = ("identity", "interview", "links", "photos")


def value_of(loosest: Value) -> st.SearchStrategy[Value]:
    """Values of a key, of the kind that its loosest one has."""
    if isinstance(loosest, bool):
        return st.booleans()
    if isinstance(loosest, frozenset):
        return st.frozensets(st.sampled_from(NAMES))
    return st.integers(0, 60) if isinstance(loosest, int) else st.floats(0, 40)


policies = st.fixed_dictionaries({}, optional={key: value_of(rule.loosest) for key, rule in RULES.items()})
"""Any policy."""


def tighter_or_same(key: str, value: Any, than: Any) -> bool:
    """Whether a value is at least as tight: by the words of each direction, not by its join."""
    loosest = RULES[key].loosest
    if isinstance(loosest, bool):
        return bool(value or not than)
    if isinstance(loosest, frozenset):
        return bool(value <= than) if loosest else bool(value >= than)
    return bool(value >= than) if loosest == 0 else bool(value <= than)


def layers(*owns: Own) -> list[tuple[Holder, Own]]:
    """Policies, one below the other."""
    return [(Holder("place", ".".join("abcdefgh"[: depth + 1])), own) for depth, own in enumerate(owns)]


def values(chain: Sequence[tuple[Holder, Own]]) -> dict[str, Value]:
    """What is in force, without who set it."""
    return {key: each.value for key, each in in_force(chain).items()}


@given(policies, policies, policies)
def test_join_is_a_join(first: Own, second: Own, third: Own) -> None:
    """Associative, commutative and idempotent, so that neither order nor repeats make anything looser."""
    assert join(join(first, second), third) == join(first, join(second, third))
    assert join(first, second) == join(second, first)
    assert join(first, first) == first


@given(st.lists(policies, max_size=5), policies)
def test_nothing_in_force_is_looser_than_what_stands_above(above: list[Own], own: Own) -> None:
    """Each value is at least as tight as what every place above set and has in force, and as what is set here."""
    chain = layers(*above, own)
    found = values(chain)
    for depth in range(len(chain)):
        for key, inherited in values(chain[: depth + 1]).items():
            assert tighter_or_same(key, found[key], inherited)
        for key, said in chain[depth][1].items():
            if key != "allowed":
                assert tighter_or_same(key, found[key], said)


@given(policies, policies, policies)
def test_a_tighter_parent_never_loosens_a_child(parent: Own, tightening: Own, child: Own) -> None:
    """Monotone: whatever is added above, what is in force below grows no looser."""
    before, after = values(layers(parent, child)), values(layers(join(parent, tightening), child))
    assert all(tighter_or_same(key, after[key], before[key]) for key in RULES)


@given(st.lists(policies, min_size=1, max_size=4), policies)
def test_what_is_accepted_is_what_comes_into_force(above: list[Own], own: Own) -> None:
    """A policy that is not refused holds to the letter; one that is refused would not. Additions always hold."""
    chain = layers(*above, own)
    holder, inherited = chain[-1][0], chain[:-1]
    found = values(chain)
    kept = all(found[key] == own[key] for key in own if not key.startswith("steps_"))
    if kept:
        check_tightens(holder, own, inherited)
        assert all(tighter_or_same(key, found[key], own[key]) for key in own)
    else:
        with pytest.raises(Contradiction):
            check_tightens(holder, own, inherited)


@given(st.lists(policies, max_size=5))
def test_each_value_names_who_set_it(owns: list[Own]) -> None:
    """Where nobody is named the value is the loosest; else those named suffice to make it."""
    chain = layers(*owns)
    for key, found in in_force(chain).items():
        named = [(holder, own) for holder, own in chain if holder in found.set_by]
        assert values(named)[key] == found.value
        assert bool(found.set_by) == (found.value != RULES[key].loosest)


def test_a_loosening_names_rule_and_place() -> None:
    """Each rule that would be loosened, and whoever set it."""
    above: list[tuple[Holder, Own]] = [
        (NET, {"references": 2}),
        (AF, {"second_person": True, "allowed": frozenset(("links",))}),
    ]
    asked: Own = {"references": 1, "second_person": False, "allowed": frozenset(("links", "photos")), "months": 3}
    with pytest.raises(Contradiction) as refused:
        check_tightens(KABUL, asked, above)
    said = str(refused.value)
    assert "references cannot be 1: place/net set 2" in said
    assert "second_person cannot be no: place/net.af set yes" in said
    assert "allowed cannot be links, photos: place/net.af set links" in said
    assert "months" not in said


def test_sets_name_all_who_added() -> None:
    """A list of steps has several sources; a number has the place that set it last."""
    above: list[tuple[Holder, Own]] = [
        (NET, {"steps_mentor": frozenset(("identity",)), "references": 1}),
        (AF, {"steps_mentor": frozenset(("interview",)), "references": 2}),
        (KABUL, {"steps_mentor": frozenset(("interview",)), "references": 2}),
    ]
    found = in_force(above)
    assert found["steps_mentor"].set_by == (NET, AF)
    assert found["steps_mentor"].value == frozenset(("identity", "interview"))
    assert found["references"].set_by == (AF,)


def test_differences_say_what_changes() -> None:
    """Only what changes, with its new source."""
    before, after = in_force([(NET, {"months": 3})]), in_force([(NET, {"months": 6})])
    (change,) = differences(KABUL, before, after)
    assert (change.holder, change.key, change.before, change.after.value) == (KABUL, "months", 3, 6)
    assert change.after.set_by == (NET,)


def test_where_minors_take_part_the_floor_is_never_lower() -> None:
    """R26 and R27: the higher of both counts."""
    found = values([(NET, {"weekly_hours": 2.0, "weekly_hours_minors": 1.0, "months": 3, "months_minors": 12})])
    assert commitment(found, minors=False) == (2.0, 3)
    assert commitment(found, minors=True) == (2.0, 12)
    assert commitment({**found, "months": 24}, minors=True) == (2.0, 24)


def test_the_same_keys_everywhere() -> None:
    """Rules, requests and events know the same keys."""
    assert RULES.keys() == PolicyBody.model_fields.keys() == OfferingPolicy.model_fields.keys()
