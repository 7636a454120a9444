"""Exports: rows that an import with the same map reads back as the same, and what is told instead of written."""

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.problems import Misconfigured
from deploy.rosters.exporting import carry_out, prepare
from deploy.rosters.importing import Order
from deploy.rosters.mapping import Person, Plan
from deploy.rosters.maps import load_map, parse_map
from deploy.rosters.reading import Roster, Row, examine, rows
from deploy.rosters.values import cell, guarded
from deploy.rosters.writing import LeftOut, row_of, sentences
from shared.ids import new_id
from tests.unit.rosters import doors

MAP = """
source = "sheet"
offering = "first-steps"
date_format = "%d/%m/%Y"
[columns]
full_name = ["first", "last"]
name_to_use = "first"
email = "mail"
languages = "languages"
weekly_hours = "hours"
free_hours = "free"
[role.mentor]
skills = ["profession", "grade"]
[role.mentee]
goals = "profession"
[translate.skills]
"DDaT" = "digital"
"IT" = "digital"
"People, all" = ["hr", "coaching"]
[translate.goals]
"DDaT" = "digital"
[defaults]
zone = "Europe/London"
[also]
column = "both"
when = "yes"
role = { mentor = "mentee", mentee = "mentor" }
[evidence]
document = "conduct"
version = "version"
signed_on = "signed"
holder = { always = "HR" }
[[clearance]]
check = "enhanced-check"
authority = "authority"
number = "certificate"
valid_until = "valid until"
[[clearance]]
check = { column = "other check" }
authority = { always = "Somebody" }
number = "other number"
valid_until = "other until"
own = true
"""
WORDS = st.text("abcÖЯ=+-@'\",;|", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
TAGS = st.lists(st.sampled_from(["digital", "hr", "coaching", "law", "heo"]), unique=True, max_size=4)
CLEARANCES = [
    {"check": "enhanced-check", "authority": "DBS", "number": "=1", "valid_until": "2028-01-02", "own": False},
    {"check": "references", "authority": "Somebody", "number": "2", "valid_until": "2029-01-02", "own": True},
]


def order(folder: Path, text: str = MAP, role: str = "mentor") -> Order:
    """An order to export with a map into a folder."""
    (folder / "map.toml").write_text(text, encoding="utf-8")
    return Order(folder / "people.csv", "net.ke", role, str(folder / "map.toml"))


def bound(tmp_path: Path, text: str = MAP, role: str = "mentor") -> Plan:
    """A map bound to the header that its export writes."""
    return prepare(order(tmp_path, text, role)).plan


def stored(**changes: Any) -> dict[str, Any]:
    """Somebody as intake gives them; every field may be changed, those of the profile too."""
    profile = {
        "languages": ["en"], "skills": ["digital"], "goals": [], "weekly_hours": 1.5, "zone": "Europe/London",
        "free_hours": [18, 19, 20],
    }  # fmt: skip
    found: dict[str, Any] = {
        "person": str(new_id()), "key": "zoe@example.org", "as_imported": [], "full_name": "Zoë van der Berg",
        "name_to_use": "Zoë", "email": "Zoe@example.org", "language": "en", "zone": "Europe/London",
        "profile": profile, "also": False, "evidence": [], "clearances": [],
    }  # fmt: skip
    profile |= {name: changes.pop(name) for name in list(changes) if name in profile and name != "zone"}
    return found | changes


def back(plan: Plan, one: dict[str, Any]) -> dict[str, Any]:
    """What an import reads of the row that is written of somebody."""
    row = row_of(plan, 2, one)
    assert isinstance(row, Row), row
    person = plan.person(row)
    assert isinstance(person, Person), person
    return person.body


@given(
    names=st.tuples(WORDS, WORDS),
    skills=TAGS,
    both=st.booleans(),
    hours=st.sampled_from([0.5, 1.0, 12.25]),
    free=st.lists(st.integers(0, 167), unique=True, max_size=20).map(sorted),
    clearances=st.lists(st.sampled_from(CLEARANCES), unique_by=lambda one: one["check"]),
)
def test_what_is_written_is_read_back_as_the_same(
    names: tuple[str, str],
    skills: list[str],
    both: bool,
    hours: float,
    free: list[int],
    clearances: list[dict[str, Any]],
) -> None:
    """Round trip: joined names, shared and translated columns, second roles, clearances, and signs of formulas."""
    roster_map = parse_map(tomllib.loads(MAP), "map")
    header = tuple(dict.fromkeys(roster_map.mentioned("mentor", "mentee")))
    plan = Plan.of(roster_map, Roster(Path("people.csv"), "", ",", header, 0), "mentor")
    one = stored(
        full_name=" ".join(names), name_to_use=names[0], skills=skills, goals=skills[:1] if both else [], also=both,
        weekly_hours=hours, free_hours=free, clearances=clearances,
        evidence=[{"document": "conduct", "version": "2", "signed_on": "2026-05-06", "holder": "HR"}],
    )  # fmt: skip
    body = back(plan, one)
    assert {name: body["profile"][name] for name in ("skills", "weekly_hours", "free_hours")} == {
        name: one["profile"][name] for name in ("skills", "weekly_hours", "free_hours")
    }
    assert (body["full_name"], body["name_to_use"], body["email"]) == (" ".join(names), names[0], "Zoe@example.org")
    assert body["evidence"]["signed_on"] == "2026-05-06"
    assert sorted(map(str, body["clearances"])) == sorted(map(str, clearances))


@given(st.text(max_size=6))
def test_no_cell_is_calculated_and_each_reads_back_the_same(text: str) -> None:
    """What begins as a formula does gets an apostrophe, which the import takes off; one that was there stays."""
    try:
        plain = cell(guarded(text))
    except ValueError:
        return
    assert guarded(plain)[:1] not in tuple("=+-@")
    assert cell(guarded(plain)) == plain


def test_a_name_that_people_chose_for_themselves_is_written_where_it_fits(tmp_path: Path) -> None:
    """R20: the name to use stands in the column of the first name; where it is another one, the person is left out."""
    assert back(bound(tmp_path), stored())["full_name"] == "Zoë van der Berg"
    left = row_of(bound(tmp_path), 2, stored(name_to_use="Bo"))
    assert isinstance(left, LeftOut)
    assert "full_name" in left.reason


SMALL = """
source = "sheet"
offering = "first-steps"
[columns]
full_name = "name"
email = "mail"
[defaults]
language = "en"
zone = "Africa/Nairobi"
weekly_hours = 1
"""


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        ({"name_to_use": "Bo", "as_imported": ["full_name"]}, True),
        ({"name_to_use": "Bo", "as_imported": []}, False),
        ({"name_to_use": "Bo", "key": None}, True),
        ({"email": None, "key": None}, False),
        ({"full_name": None}, False),
        ({"profile": None}, False),
        ({"weekly_hours": 7.0, "key": None}, True),
    ],
)
def test_nobody_is_written_whom_the_import_would_change(tmp_path: Path, changes: dict[str, Any], written: bool) -> None:
    """A name to use is made of a full name that is new; a default changes nobody; whoever is unknown would be new."""
    assert isinstance(row_of(bound(tmp_path, SMALL), 2, stored(**changes)), Row) == written


def test_a_map_says_beforehand_what_it_cannot_write(tmp_path: Path) -> None:
    """Fields without a column, joined columns, and translations of which one is chosen."""
    told = " ".join(sentences(bound(tmp_path)))
    for part in ("no column for it: language, zone.", "first, last are joined", "stand for digital"):
        assert part in told


async def exported(asked: Order, people: list[dict[str, Any]]) -> Any:
    """The report of an export of these people."""
    export = prepare(asked)
    async with doors.Exports(people).client() as http:
        await carry_out(export, http)
    return export


async def test_a_file_is_whole_private_and_takes_nobodys_place(tmp_path: Path) -> None:
    """Pages become one file that only its owner reads; a second export never writes over it."""
    asked = order(tmp_path)
    people = [stored(full_name=f"P {number}", name_to_use="P", email=f"p{number}@example.org") for number in range(5)]
    export = await exported(asked, [*people, stored(profile=None)])
    assert (export.written, len(export.left_out), export.exit_code) == (5, 1, 1)
    assert asked.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.glob("people*")] == ["people.csv"]
    plan = Plan.of(load_map(asked.map), examine(asked.file), "mentor")
    read = [plan.person(row) for row in rows(examine(asked.file)) if isinstance(row, Row)]
    assert [one.body["email"] for one in read if isinstance(one, Person)] == [one["email"] for one in people]
    with pytest.raises(Misconfigured, match="there already"):
        prepare(asked)


async def test_a_formula_stands_as_text_in_the_file(tmp_path: Path) -> None:
    """What a person typed as their name is not calculated by whoever opens the file."""
    asked = order(tmp_path, SMALL)
    await exported(asked, [stored(full_name="=HYPERLINK(1)", key=None)])
    with asked.file.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["name"] == "'=HYPERLINK(1)"
