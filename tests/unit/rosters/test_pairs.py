"""`rapport import-pairs`: keys become people, rows that are not ready are told and taken later."""

from pathlib import Path

import pytest

from deploy.local.problems import Misconfigured
from deploy.rosters.pairs import Pairs, carry_out, prepare
from tests.unit.rosters.doors import Pairing

MAP = """
source = "sheet"
offering = "first-steps"
date_format = "%d.%m.%Y"
[columns]
full_name = "name"
email = "mail"
"""
PAIR = """
[pair]
mentor = "Mentor"
mentee = "Mentee"
started_on = "Since"
hours = "Hours"
"""


def prepared(folder: Path, *lines: str, text: str = MAP + PAIR) -> Pairs:
    """A file of pairs with its map."""
    (folder / "map.toml").write_text(text)
    (folder / "pairs.csv").write_text("\n".join(["mentor;mentee;since;hours;note", *lines]))
    return prepare(folder / "pairs.csv", "net.ke", str(folder / "map.toml"), None)


async def taken(pairs: Pairs, doors: Pairing) -> Pairs:
    """After the import."""
    async with doors.client() as http:
        await carry_out(pairs, http, http)
    return pairs


async def test_rows_become_pairs_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    """Keys are compared as the import of people made them of e-mails; day and hours go along."""
    doors = Pairing({"ann@example.org": "A", "bo@example.org": "B"}, ready={"B"})
    line = "Ann@example.org;BO@example.org;05.01.2026;12,5;x"
    first = await taken(prepared(tmp_path, line), doors)
    assert (first.states["created"], first.exit_code) == (1, 0)
    assert doors.pairs["A", "B"] == {
        "row": 2, "mentor": "A", "mentee": "B", "started_on": "2026-01-05", "hours": 12.5,
    }  # fmt: skip
    assert (await taken(prepared(tmp_path, line), doors)).states["unchanged"] == 1


async def test_what_cannot_be_a_pair_is_told_by_row_and_column(tmp_path: Path) -> None:
    """Unknown keys, no day, no number, nothing at all, and who is not ready; the other rows are kept."""
    doors = Pairing({"ann": "A", "bo": "B", "cy": "C"}, ready={"B"})
    found = await taken(
        prepared(
            tmp_path,
            "ann;bo;05.01.2026;;",
            "ann;cy;05.01.2026;;",
            "who;bo;05.01.2026;;",
            "ann;bo;2026-01-05;;",
            "ann;bo;05.01.2026;many;",
            ";bo;05.01.2026;;",
            "ann;bo",
        ),
        doors,
    )
    assert (found.states["created"], found.exit_code) == (1, 1)
    assert [(one.row, one.column) for one in sorted(found.refused, key=lambda one: one.row)] == [
        (3, "Mentee"),
        (4, "Mentor"),
        (5, "Since"),
        (6, "Hours"),
        (7, "Mentor"),
        (8, None),
    ]
    doors.ready.add("C")
    assert (await taken(prepared(tmp_path, "ann;cy;05.01.2026;;"), doors)).states["created"] == 1


def test_a_map_without_pairs_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """So is a column that the file lacks."""
    with pytest.raises(Misconfigured, match=r"\[pair\]"):
        prepared(tmp_path, text=MAP)
    with pytest.raises(Misconfigured, match="no column Begin"):
        prepared(tmp_path, text=(MAP + PAIR).replace("Since", "Begin"))
