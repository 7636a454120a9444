"""Mapping a roster: what a row means to Rapport, which columns are not used, and why a row cannot be taken."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.problems import Misconfigured
from deploy.rosters.mapping import Person, Plan
from deploy.rosters.maps import SHIPPED, load_map, parse_map
from deploy.rosters.reading import Refusal, Roster, Row, fold
from deploy.rosters.special import category_of

MAP: dict[str, Any] = {
    "source": "sheet",
    "columns": {"full_name": ["First", "Last"], "email": "Mail", "skills": "Skills"},
    "defaults": {"language": "en", "zone": "Europe/London", "weekly_hours": 1, "free_hours": ["mon 18-20"]},
}
HEADER = ("first", "LAST ", "mail", "skills")


def plan(header: tuple[str, ...] = HEADER, as_role: str = "mentor", **changes: Any) -> Plan:
    """The map above, changed, bound to a header."""
    roster = Roster(Path("roster.csv"), "", ",", header, 0)
    return Plan.of(parse_map(MAP | changes, "map"), roster, as_role)


def with_columns(**columns: Any) -> dict[str, Any]:
    """The columns of the map above, and more."""
    return {"columns": MAP["columns"] | columns}


def mapped(bound: Plan, *cells: str) -> Person:
    """A row that must be taken."""
    found = bound.person(Row(2, cells))
    assert isinstance(found, Person), found
    return found


def refused(bound: Plan, *cells: str) -> Refusal:
    """A row that must not be taken."""
    found = bound.person(Row(7, cells))
    assert isinstance(found, Refusal), found
    return found


def test_a_row_becomes_what_intake_takes() -> None:
    """Columns are joined, lists split, tags written as slugs, and defaults fill what the file lacks."""
    assert mapped(plan(), " Zoë ", "van der\nBerg", "Zoe@Example.org", "Grade 7, HR,hr,").body == {
        "row": 2,
        "key": "zoe@example.org",
        "full_name": "Zoë van der Berg",
        "name_to_use": "Zoë van der Berg",
        "email": "Zoe@Example.org",
        "language": "en",
        "zone": "Europe/London",
        "profile": {
            "languages": ["en"],
            "skills": ["grade-7", "hr"],
            "goals": [],
            "weekly_hours": 1.0,
            "zone": "Europe/London",
            "free_hours": [18, 19],
        },
        "evidence": None,
        "clearances": [],
    }


def test_right_to_left_names_keep_their_joiners() -> None:
    """Direction marks around a cell go, what is inside a Persian name stays."""
    body = mapped(plan(), "\u200fعلی\u200cرضا\u200e", "کریمی", "a@example.org", "").body
    assert body["full_name"] == "علی\u200cرضا کریمی"


def test_what_looks_like_a_formula_is_a_name_like_another() -> None:
    """Cells are text: nothing is calculated, and nothing is put before them."""
    assert mapped(plan(), "=1+1", "@SUM", "a@example.org", "").body["full_name"] == "=1+1 @SUM"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        (("", " ", "a@example.org", ""), "first, LAST ", "empty"),
        (("A", "B", "", ""), "mail", "empty"),
        (("A", "B", "no address", ""), "mail", "not an e-mail address"),
        (("A\x00", "B", "a@example.org", ""), "first, LAST ", "control character"),
        (("A" * 1_001, "B", "a@example.org", ""), "first, LAST ", "longer than 1,000"),
        (("A" * 150, "B" * 150, "a@example.org", ""), "first, LAST ", "longer than 200"),
        (("A", "B", "a@example.org", "x" * 33), "skills", "1 to 32"),
        (("A", "B", "a@example.org", "نوشتن"), "skills", "translate it"),
        (("A", "B", "a@example.org", ",".join(map(str, range(31)))), "skills", "more than 30"),
    ],
)
def test_a_refusal_names_row_and_column_and_no_value(cells: tuple[str, ...], column: str, reason: str) -> None:
    """Refused rows are told by the file's own column names; what stands in them is personal."""
    told = refused(plan(), *cells)
    assert (told.row, told.column) == (7, column)
    assert reason in told.reason
    assert not any(cell.strip() and cell in told.reason for cell in cells if len(cell) > 1)


@given(st.lists(st.text(max_size=40), min_size=6, max_size=6))
def test_any_text_is_taken_or_refused(cells: list[str]) -> None:
    """No cell makes the command fail."""
    columns = with_columns(language="lang", weekly_hours="hours")
    bound = plan((*HEADER, "lang", "hours"), **columns)
    assert isinstance(bound.person(Row(2, tuple(cells))), Person | Refusal)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("weekly_hours", "1,5", 1.5),
        ("weekly_hours", "٢", 2.0),
        ("free_hours", "Tue 18-20; 5", [5, 42, 43]),
        ("free_hours", "Sunday 22:00 to 24:00", [166, 167]),
        ("languages", "fa_AF, EN", ["fa-AF", "en"]),
        ("zone", "Asia/Kabul", "Asia/Kabul"),
    ],
)
def test_fields_are_read_as_people_write_them(field: str, text: str, value: Any) -> None:
    """Decimal commas, spans of hours, tags with underscores."""
    profile = mapped(plan((*HEADER, "x"), **with_columns(**{field: "x"})), "A", "B", "a@example.org", "", text)
    assert profile.body["profile"][field] == value


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("weekly_hours", "many"),
        ("weekly_hours", "nan"),
        ("weekly_hours", "0"),
        ("weekly_hours", "41"),
        ("free_hours", "168"),
        ("free_hours", "mon 20-18"),
        ("languages", "English"),
        ("zone", "Europe/Atlantis"),
    ],
)
def test_values_out_of_range_are_refused(field: str, text: str) -> None:
    """Each with its column."""
    bound = plan((*HEADER, "x"), **with_columns(**{field: "x"}))
    assert refused(bound, "A", "B", "a@example.org", "", text).column == "x"


def test_values_are_translated_dropped_or_refused_as_the_map_says() -> None:
    """A table translates without regard to case; what it does not know becomes a tag, or refuses the row."""
    table: dict[str, Any] = {"translate": {"skills": {"DDaT": ["digital", "data"], "None": []}}}
    assert mapped(plan(**table), "A", "B", "a@example.org", "ddat, none, Law").body["profile"]["skills"] == [
        "digital",
        "data",
        "law",
    ]
    strict = plan(**table, unknown={"skills": "refuse"})
    assert refused(strict, "A", "B", "a@example.org", "Law").column == "skills"


def test_signatures_held_elsewhere_come_along() -> None:
    """Evidence has the day, version and holder of a row; a row without a day waits for a signature (R72)."""
    evidence = {"document": "conduct", "version": 2, "signed_on": "day", "holder": "kept by"}
    bound = plan((*HEADER, "day", "kept by"), evidence=evidence, date_format="%d.%m.%Y")
    row = ("A", "B", "a@example.org", "")
    assert mapped(bound, *row, "20.10.2026", "Office").body["evidence"] == {
        "document": "conduct",
        "version": 2,
        "signed_on": "2026-10-20",
        "holder": "Office",
    }
    assert mapped(bound, *row, "", "Office").body["evidence"] is None
    assert refused(bound, *row, "2026-10-20", "Office").column == "day, kept by"
    assert "holder" in refused(bound, *row, "20.10.2026", "").reason


def test_what_holds_for_all_signatures_stands_in_the_map() -> None:
    """A number and a date are no columns; a text that is none says so."""
    day = {"document": "conduct", "version": "v", "signed_on": date(2026, 10, 20), "holder": {"always": "Office"}}
    bound = plan((*HEADER, "v"), evidence=day)
    found = mapped(bound, "A", "B", "a@example.org", "", "3").body["evidence"]
    assert found == {"document": "conduct", "version": 3, "signed_on": "2026-10-20", "holder": "Office"}
    assert refused(bound, "A", "B", "a@example.org", "", "2026-1").column == "v"


def test_a_missing_column_is_named_before_anything_is_sent() -> None:
    """Every one of them, in one sentence."""
    with pytest.raises(Misconfigured, match="no column Last, Mail"):
        plan(("first", "skills"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"columns": {"email": "Mail"}}, "full_name"),
        ({"columns": {"full_name": "First"}}, "email or key"),
        ({"colums": {}}, "colums"),
        ({"source": "Not A Slug"}, "source"),
        ({"drop": {"mail": "why"}}, "used and dropped"),
        ({"split": {"email": ","}}, "not for email"),
        ({"defaults": {"zone": "Mars/Base"}}, "default of zone"),
        ({"evidence": {"document": "conduct", "version": 1, "signed_on": "mail"}}, "evidence.holder"),
        ({"role": {"mentee": {}}}, "[role.mentor]"),
        ({"also": {"column": "skills", "when": "yes", "role": {"x": "y"}}}, "goes with mentor"),
    ],
)
def test_a_wrong_map_is_refused_with_its_fault(change: dict[str, Any], said: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(Misconfigured) as wrong:
        plan(**change)
    assert said in str(wrong.value)


def test_special_categories_are_dropped_unless_the_map_names_a_legal_basis() -> None:
    """GDPR article 9: the header is known in several languages, and the report says what was left out."""
    header = (*HEADER, "Religion", "الجنس", "notes", "diet")
    columns = plan(header, drop={"diet": "not needed"}).columns
    assert [noted.column for noted in columns.dropped] == ["Religion", "الجنس", "diet"]
    assert columns.ignored == ("notes",)
    with pytest.raises(Misconfigured, match="speaks of religion"):
        plan(header, **with_columns(goals="religion"))
    basis = {"religion": {"purpose": "A chaplaincy scheme", "legal_basis": "GDPR 9(2)(d)"}}
    [kept] = plan(header, **with_columns(goals="religion"), special=basis).columns.special
    assert (kept.column, kept.reason) == ("Religion", "A chaplaincy scheme (GDPR 9(2)(d))")


@pytest.mark.parametrize("name", ["first name", "grade", "organisation", "start date", "e-mail", "essex office"])
def test_usual_columns_are_not_taken_for_special_ones(name: str) -> None:
    """Only whole words count."""
    assert category_of(name) is None


def test_a_row_of_both_roles_has_the_columns_of_both() -> None:
    """The profile is the person's; it must not depend on which of the two roles is sent first."""
    tables: dict[str, Any] = {
        "role": {"mentor": {"skills": ["Skills"]}, "mentee": {"goals": "Skills"}},
        "columns": {"full_name": "First", "email": "Mail"},
        "also": {"column": "both", "when": ["yes", "Y"], "role": {"mentor": "mentee", "mentee": "mentor"}},
    }
    header = (*HEADER, "both")
    one, two = (mapped(plan(header, **tables), "A", "B", "a@example.org", "law", x) for x in ("no", "YES "))
    assert (one.two_roles, one.body["profile"]["goals"]) == (False, [])
    assert (two.two_roles, two.body["profile"]["goals"]) == (True, ["law"])
    assert two == mapped(plan(header, "mentee", **tables), "A", "B", "a@example.org", "law", "y")


def test_intakes_fields_are_told_by_the_files_columns() -> None:
    """Reasons that intake gives come back under the names that the reader of the file knows."""
    bound = plan()
    assert bound.column_of("rows.3.profile.skills") == "skills"
    assert bound.column_of("key") == "mail"
    assert bound.column_of("zone") == "(zone, which the file does not have)"


def test_maps_are_found_by_bare_name_or_path(tmp_path: Path) -> None:
    """Shipped ones by name; a wrong name lists them."""
    assert load_map("civil-service").source == "civil-service"
    with pytest.raises(Misconfigured, match="shipped are civil-service"):
        load_map("none")
    for text in ("source = ", "source = 'x'"):
        (tmp_path / "own.toml").write_text(text)
        with pytest.raises(Misconfigured, match=r"own\.toml"):
            load_map(str(tmp_path / "own.toml"))
    assert fold("A  b") == "a b"


def test_the_map_in_the_readme_can_be_used() -> None:
    """What the documentation shows is a whole map."""
    text = (SHIPPED / "README.md").read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    found = parse_map(tomllib.loads(text), "README")
    assert found.roles("mentee-adult") == ("mentee-adult", "mentor-adult")
