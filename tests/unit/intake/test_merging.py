"""When two records may become one person's, and what stands where both say something."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.merging import Record, both_texts, check_merge, resident_since, union
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
