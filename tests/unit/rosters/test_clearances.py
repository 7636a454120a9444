"""Clearances in a roster: several in a row, told by row and column where they cannot be used."""

from typing import Any

import pytest

from deploy.local.problems import Misconfigured
from deploy.rosters.mapping import Plan
from tests.unit.rosters.test_mapping import MAP, mapped, plan, refused

HEADER = ("first", "last", "mail", "skills", "kind", "number", "until", "other number", "other until")
TABLES: list[dict[str, Any]] = [
    {"check": {"column": "kind"}, "authority": {"always": "DBS"}, "number": "number", "valid_until": "until"},
    {
        "check": "references",
        "authority": "kind",
        "number": "other number",
        "valid_until": "other until",
        "own": True,
    },
]
PERSON = ("A", "B", "a@example.org", "")


def brings(**changes: Any) -> Plan:
    """The map with clearances."""
    return plan(HEADER, clearance=[TABLES[0] | changes])


def test_a_row_brings_several_clearances_or_none() -> None:
    """A table whose cells are all empty brings nothing; a check may be named by the row or by the map."""
    assert mapped(brings(), *PERSON, "", "", "", "", "").body["clearances"] == []
    both = plan(HEADER, clearance=[TABLES[0], TABLES[1] | {"authority": {"always": "Us"}}])
    cells = (*PERSON, "Enhanced check", "0012", "2028-03-01", "7", "2029-01-01")
    assert mapped(both, *cells).body["clearances"] == [
        {"check": "enhanced-check", "authority": "DBS", "number": "0012", "valid_until": "2028-03-01", "own": False},
        {"check": "references", "authority": "Us", "number": "7", "valid_until": "2029-01-01", "own": True},
    ]


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (("references", "1", "01/02/2028"), "until", "not a day"),
        (("references", "1", "2028-02-30"), "until", "not a day"),
        (("references", "", "2028-02-01"), "number", "empty"),
        (("references", "1" * 101, "2028-02-01"), "number", "longer"),
        (("palm reading", "1", "2028-02-01"), "kind", "no check"),
        (("", "1", "2028-02-01"), "kind", "empty"),
    ],
    ids=["other format", "no such day", "no number", "long number", "unknown check", "no check"],
)
def test_what_cannot_be_used_is_told_by_row_and_column(cells: tuple[str, ...], column: str, reason: str) -> None:
    """The row is refused, and no value is repeated."""
    found = refused(brings(), *PERSON, *cells, "", "")
    assert (found.row, found.column) == (7, column)
    assert reason in found.reason


def test_one_check_stands_once_in_a_row() -> None:
    """Which of the two holds is for people to say."""
    twice = plan(HEADER, clearance=[TABLES[0], TABLES[1] | {"authority": {"always": "Us"}}])
    found = refused(twice, *PERSON, "references", "1", "2028-02-01", "7", "2029-01-01")
    assert "already" in found.reason


def test_a_map_names_checks_that_there_are_and_columns_it_may_use() -> None:
    """An unknown check, and a column of criminal records without purpose and legal basis, end before any row."""
    with pytest.raises(Misconfigured, match="there is no check palm-reading"):
        brings(check="palm-reading")
    with pytest.raises(Misconfigured, match="criminal records"):
        brings(number="police check")
    special = {"police check": {"purpose": "Not asking twice.", "legal_basis": "GDPR 10, by law"}}
    assert plan((*HEADER, "police check"), clearance=[TABLES[0] | {"number": "police check"}], special=special)
    assert "clearance" not in MAP
