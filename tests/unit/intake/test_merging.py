"""When two records may become one person's, and what stands where both say something."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.merging import Record, both_texts, check_merge, constraints, resident_since, union
from shared.contracts import Contradiction
from shared.ids import new_id

KEPT = Record(new_id(), "net", date(1990, 5, 1), "AF", frozenset({("mentor", "a@net")}), {"data": "given"})
GIVEN_UP = replace(KEPT, person=new_id(), applied=frozenset({("mentor", "b@net")}))


def test_what_agrees_or_is_not_known_is_no_contradiction() -> None:
    """Also where only one of the two says anything."""
    check_merge(KEPT, GIVEN_UP)
    check_merge(KEPT, replace(GIVEN_UP, born_on=None, lives_in=None, applied=frozenset(), consents={}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("person", KEPT.person),
        ("network", "other"),
        ("born_on", date(1990, 5, 2)),
        ("lives_in", "KE"),
        ("applied", KEPT.applied),
        ("consents", {"data": "withdrawn"}),
        ("guardians", frozenset({KEPT.person})),
        ("knows", frozenset({KEPT.person})),
    ],
)
def test_contradictions_are_refused_in_both_directions(field: str, value: Any) -> None:
    """Whichever of the two is kept, staff settle the same first."""
    other = replace(GIVEN_UP, **{field: value})
    for two in ((KEPT, other), (other, KEPT)):
        with pytest.raises(Contradiction, match=r"\w \w.*[.;]"):
            check_merge(*two)


@given(st.none() | st.dates(), st.none() | st.dates())
def test_residence_is_never_longer_than_both_say(one: date | None, other: date | None) -> None:
    """R41: the law asks people who live somewhere for years for less."""
    found = resident_since(one, other)
    assert found == resident_since(other, one)
    assert all(found is not None and found >= day for day in (one, other) if day)


@given(st.lists(st.text(min_size=1)), st.lists(st.text(min_size=1)))
def test_nothing_that_was_said_is_lost(one: list[str], other: list[str]) -> None:
    """Needs and plans are those of both, each once."""
    assert set(union(one, other)) == {*one, *other}
    assert len(union(one, other)) == len(set(union(one, other)))
    plan = both_texts("".join(one) or None, "".join(other) or None) or ""
    assert "".join(one) in plan
    assert "".join(other) in plan


HOURS = st.none() | st.lists(st.integers(0, 167), min_size=1, unique=True)
LIMITS = st.fixed_dictionaries(
    {
        "safe_hours": HOURS,
        "forbidden_channels": st.lists(st.sampled_from(["mail", "video", "voice"]), unique=True),
        "may_know": st.none() | st.lists(st.sampled_from(["family", "school"]), unique=True),
        "no_photos": st.booleans(),
    }
)


@given(LIMITS, LIMITS)
def test_a_merge_allows_nothing_that_either_record_forbids(one: dict[str, Any], other: dict[str, Any]) -> None:
    """R19: an hour, a channel, a confidant or a photo counts only where both let it."""
    try:
        found = constraints(one, other)
    except Contradiction:
        assert not set(one["safe_hours"]) & set(other["safe_hours"])
        return
    for each in (one, other):
        assert set(each["forbidden_channels"]) <= set(found["forbidden_channels"])
        assert found["no_photos"] >= each["no_photos"]
        for name in ("safe_hours", "may_know"):
            assert each[name] is None or set(found[name]) <= set(each[name])
    assert (found["safe_hours"] is None) == (one["safe_hours"] is None and other["safe_hours"] is None)
