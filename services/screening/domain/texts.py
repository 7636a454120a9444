"""What people write, as it is kept: any script, composed, nothing that deceives the eye or the database."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

_DIRECTIONS = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_NOT_WRITTEN = ("Cc", "Cs", "Zl", "Zp")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_NO_PLACES = {"Factory", "localtime", "posixrules"}


def line(raw: str) -> str:
    """One line, composed and stripped. Raises ValueError with what to change."""
    if any(letter in _DIRECTIONS for letter in raw):
        raise ValueError("Take out the invisible direction marks (U+202A to U+202E, U+2066 to U+2069).")
    if any(unicodedata.category(letter) in _NOT_WRITTEN for letter in raw):
        raise ValueError("Take out the control characters and line breaks.")
    kept = unicodedata.normalize("NFC", raw).strip()
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in kept):
        raise ValueError("Write something that can be seen.")
    return kept


def paragraphs(raw: str) -> str:
    """Several lines. Raises ValueError for what no database can store or nobody can see."""
    kept = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    for part in filter(str.strip, re.split(r"[\n\t]", kept)):
        line(part)
    if not kept:
        raise ValueError("Write something that can be seen.")
    return kept


def language(raw: str) -> str:
    """A BCP 47 tag. Raises ValueError."""
    if not _LANGUAGE.fullmatch(raw):
        raise ValueError("This is no language tag; write it like en or fa-AF.")
    return raw


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NO_PLACES)


def zone(raw: str) -> str:
    """A time zone. Raises ValueError for one that does not exist."""
    if raw not in _zones():
        raise ValueError("This time zone is not known; write it like Asia/Kabul.")
    return raw
