"""A roster file, row by row, never held as a whole.

The file is read once before anything is sent: wrong encodings and broken quoting end the command there, with a place.
Cells are text and stay text: what looks like a formula (`=1+1`) is neither calculated nor changed.
Rows are numbered as a spreadsheet shows them: the header is row 1, a cell of several lines is in one row, and empty
rows count although they are skipped.
"""

import codecs
import csv
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO

from deploy.local.problems import Misconfigured

DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 18
_OTHER_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_MARKS = "\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_EDGES = re.compile(rf"^[\s{_MARKS}]+|[\s{_MARKS}]+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its number as a spreadsheet shows it, and as many cells as the header has."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken: which column of the file is at fault (none: the row as a whole), and why."""

    row: int
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A file that was read through once. `rows` counts what is not empty below the header."""

    path: Path
    digest: str
    delimiter: str
    header: tuple[str, ...]
    rows: int


def tidy(text: str) -> str:
    """Text without blanks, byte order marks and direction marks around it; inside, all is kept (Persian needs it)."""
    return _EDGES.sub("", text)


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A header as it is compared: `" E-Mail  Address"` is `e-mail address`."""
    return " ".join(tidy(unicodedata.normalize("NFKC", name)).casefold().split())


def examine(path: Path, delimiter: str | None = None) -> Roster:
    """Read the whole file once. Raises Misconfigured naming what is wrong with it and where."""
    try:
        digest = _digest(path)
        delimiter = delimiter or _sniff(path)
        records = _filled(path, delimiter)
        header = _header(path, next(records, None))
        return Roster(path, digest, delimiter, header, sum(1 for _ in records))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be read: {error.strerror}.") from error


def rows(roster: Roster) -> Iterator[Row | Refusal]:
    """Every row below the header that is not empty; those with too few or too many cells as refusals."""
    records = _filled(roster.path, roster.delimiter)
    next(records, None)
    width = len(roster.header)
    for number, cells in records:
        if len(cells) == width:
            yield Row(number, tuple(cells))
        else:
            yield Refusal(number, None, f"The row has {len(cells)} cells, the header has {width}.")


def _digest(path: Path) -> str:
    """The SHA-256 of a file that is UTF-8 throughout."""
    digest, decoder, position, line = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), 0, 1
    with path.open("rb") as file:
        for chunk in _chunks(path, file):
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                offset = position + len(chunk) - len(error.object) + error.start
                line += error.object[: error.start].count(b"\n")
                raise Misconfigured(
                    f"{path} is not UTF-8: the byte at position {offset} (line {line}) belongs to another encoding, "
                    "perhaps Latin-1. Save the file as CSV UTF-8."
                ) from None
            digest.update(chunk)
            position, line = position + len(chunk), line + chunk.count(b"\n")
    return digest.hexdigest()


def _chunks(path: Path, file: BinaryIO) -> Iterator[bytes]:
    """The file in pieces, the last one empty; a start that is no UTF-8 text is refused."""
    first = file.read(_CHUNK)
    if first.startswith(_OTHER_ENCODINGS):
        raise Misconfigured(f"{path} is UTF-16 by the byte at position 0 (line 1). Save the file as CSV UTF-8.")
    if first.startswith(b"PK\x03\x04"):
        raise Misconfigured(f"{path} is a workbook or an archive. Save its sheet as CSV UTF-8.")
    if first:
        yield first
        yield from iter(partial(file.read, _CHUNK), b"")
    yield b""


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        number = 0
        while True:
            number, line = number + 1, reader.line_num + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise Misconfigured(
                    f"{path}, row {number} (from line {line} on) cannot be split into cells: {_fault(error)}. "
                    "Correct that row and run the command again."
                ) from None
            yield number, record


def _filled(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for number, record in _records(path, delimiter):
        if any(map(tidy, record)):
            yield number, record


def _fault(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"a cell is longer than {csv.field_size_limit():,} characters, or a quotation mark is missing"
    if "unexpected end" in str(error):
        return "a quotation mark is opened and never closed"
    return "text follows a closing quotation mark"


def _sniff(path: Path) -> str:
    """The separator that gives the first row the most cells."""

    def width(delimiter: str) -> int:
        try:
            return len(next(_filled(path, delimiter), (0, []))[1])
        except Misconfigured:
            return 0

    return max(DELIMITERS, key=width)


def _header(path: Path, record: tuple[int, list[str]] | None) -> tuple[str, ...]:
    """The names of the columns as they stand in the file; a column without one is called by its place."""
    if record is None:
        raise Misconfigured(f"{path} is empty: it needs a row with the names of its columns.")
    if any("\x00" in name for name in record[1]):
        raise Misconfigured(f"{path} has a NUL byte in its first row: it is UTF-16 or no text. Save it as CSV UTF-8.")
    names = tuple(tidy(name) or f"(column {place})" for place, name in enumerate(record[1], 1))
    folded = [fold(name) for name in names]
    if twice := sorted({name for name in folded if folded.count(name) > 1}):
        raise Misconfigured(
            f"{path} has more than one column called {', '.join(twice)}; every column needs its own name."
        )
    return names
