"""Reading a roster: what a spreadsheet writes comes back as it was; what cannot be read is named with its place."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.problems import Misconfigured
from deploy.rosters.reading import Refusal, Row, examine, fold, rows, tidy

Write = Callable[[str | bytes], Path]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a roster file."""

    def written(content: str | bytes) -> Path:
        path = tmp_path / "roster.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def read(path: Path) -> list[Row | Refusal]:
    """Everything below the header."""
    return list(rows(examine(path)))


@given(
    table=st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(TEXT, min_size=n, max_size=n), max_size=6)),
    delimiter=st.sampled_from([",", ";", "\t"]),
    start=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_every_cell_comes_back_with_its_row_number(
    table: list[list[str]], delimiter: str, start: str, end: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Quoted newlines, separators, quotes, formulas and any script survive; rows count as a spreadsheet counts them."""
    header = [f"name {place}" for place in range(len(table[0]) if table else 2)]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([header, *table])
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    path.write_bytes((start + text.getvalue()).encode())
    roster = examine(path)
    filled = [(number, cells) for number, cells in enumerate(table, 2) if any(map(tidy, cells))]
    assert (roster.delimiter, roster.header, roster.rows) == (delimiter, tuple(header), len(filled))
    assert list(rows(roster)) == [Row(number, tuple(cells)) for number, cells in filled]


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_sentence(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No file makes the command fail in another way than with a sentence."""
    path = tmp_path_factory.mktemp("roster") / "roster.csv"
    path.write_bytes(content)
    try:
        roster = examine(path)
    except Misconfigured:
        return
    assert len(list(rows(roster))) == roster.rows


def test_formulas_and_right_to_left_names_stay_text(write: Write) -> None:
    """What looks like a formula is neither calculated nor escaped, and joiners inside Persian names stay."""
    [row] = read(write("name,note\nعلی\u200cرضا,=1+1\n"))
    assert row == Row(2, ("علی\u200cرضا", "=1+1"))


def test_rows_are_numbered_as_a_spreadsheet_shows_them(write: Write) -> None:
    """A cell of two lines is in one row; empty rows are skipped and count; short and long rows are told."""
    found = read(write('a,b\n"1\n1",2\n\n , \n3\n4,5,6\n7,8\n'))
    assert found == [
        Row(2, ("1\n1", "2")),
        Refusal(5, None, "The row has 1 cells, the header has 2."),
        Refusal(6, None, "The row has 3 cells, the header has 2."),
        Row(7, ("7", "8")),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name\nZoë".encode("utf-16"), "UTF-16 by the byte at position 0 (line 1)"),
        ("name\nZoë".encode("utf-16-le"), "not UTF-8"),
        ("name,b\nZoe,1".encode("utf-16-le"), "NUL byte in its first row"),
        ("name,b\nAnn,1\nZoë,2\n".encode("latin-1"), "position 15 (line 3)"),
        (b"name,b\n" + b"x" * 300_000 + b",1\n\xe9,1", "position 300010 (line 3)"),
        (b"name,b\nAnn,\xc3", "position 11 (line 2)"),
        (b"PK\x03\x04rest", "workbook"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n \n", "is empty"),
        (b"name,e-mail,E-Mail \n", "more than one column called e-mail"),
        (b'name,b\nAnn,1\n"Zoe,2\nBob,3\n', "row 3 (from line 3 on)"),
        (b'name,b\n"a\nb",1\n"Zoe"x,2\n', "row 3 (from line 4 on)"),
        (b"name,b\n" + b"x" * 140_000 + b",1\n", "longer than 131,072"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(write: Write, content: bytes, said: str) -> None:
    """Encodings, broken quoting and huge cells end the command before anything is sent."""
    with pytest.raises(Misconfigured, match=r".") as refused:
        examine(write(content))
    assert said in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """A path that leads nowhere, and a folder."""
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(Misconfigured, match="cannot be read"):
            examine(path)


def test_the_separator_is_found_in_the_header_alone(write: Write) -> None:
    """Commas inside a semicolon file's header cell do not mislead; a map's own word counts more."""
    path = write('"skills, goals";name;mail\na,b;c;d\n')
    assert examine(path).header == ("skills, goals", "name", "mail")
    assert examine(write("a;b;c,d\n"), ",").header == ("a;b;c", "d")


def test_columns_without_a_name_are_called_by_their_place(write: Write) -> None:
    """Spreadsheets leave empty columns at the end."""
    assert examine(write("name,,\nAnn,,\n")).header == ("name", "(column 2)", "(column 3)")


def test_headers_are_compared_without_case_blanks_and_marks() -> None:
    """`E-MAIL  Address` with a direction mark is `e-mail address`."""
    assert fold("\u200f E-MAIL  Address\u00a0") == "e-mail address"
