"""Names, languages and zones as they are kept: any script, composed, nothing that deceives the eye or the database."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

LONGEST_NAME = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_NO_PLACES = {"Factory", "localtime", "posixrules"}
_BIDI = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def name(raw: str) -> str:
    """A name as it is kept: composed (NFC), stripped, one line. Raises ValueError with what to change.

    Letters of right-to-left scripts, combining marks and joiners stay as they are: they are how people are called.
    """
    kept = line(raw)
    if len(kept) > LONGEST_NAME:
        raise ValueError(f"Shorten it: a name may have {LONGEST_NAME} characters.")
    return kept


def line(raw: str) -> str:
    """One line of text, composed and stripped. Raises ValueError with what to change."""
    if any(letter in _BIDI for letter in raw):
        raise ValueError("Take out the invisible direction marks (U+202A to U+202E, U+2066 to U+2069).")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in raw):
        raise ValueError("Take out the control characters and line breaks.")
    kept = unicodedata.normalize("NFC", raw).strip()
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in kept):
        raise ValueError("Write something that can be seen.")
    return kept


def paragraphs(raw: str) -> str:
    """Text of several lines. Raises ValueError for what no database can store or nobody can see."""
    kept = unicodedata.normalize("NFC", raw.replace("\r\n", "\n")).strip()
    for part in filter(str.strip, re.split(r"[\n\t]", kept)):
        line(part)
    return kept


def exact(raw: str) -> str:
    """Text kept to the letter, because its hash is signed. Raises ValueError for what no database can store."""
    if any(letter == "\0" or unicodedata.category(letter) == "Cs" for letter in raw):
        raise ValueError("Take out the characters that are no text (NUL or half of a pair).")
    if not raw.strip():
        raise ValueError("Write something: the text is empty.")
    return raw


def language(raw: str) -> str:
    """A BCP 47 tag in its usual case: `fa-AF`, `uz-Latn-UZ`. Raises ValueError."""
    first, *rest = raw.strip().split("-")
    parts = [first.lower(), *(_subtag(part) for part in rest)]
    tag = "-".join(parts)
    if not _LANGUAGE.fullmatch(tag):
        raise ValueError("This is no language tag; write it like en, fa-AF or uz-Latn-UZ.")
    return tag


def _subtag(part: str) -> str:
    if len(part) == 2:
        return part.upper()
    return part.title() if len(part) == 4 and part.isalpha() else part.lower()


@cache
def zones() -> frozenset[str]:
    """The IANA time zones that people live in."""
    return frozenset(available_timezones() - _NO_PLACES)


def zone(raw: str) -> str:
    """A time zone. Raises ValueError for one that does not exist."""
    if raw not in zones():
        raise ValueError("This time zone is not known; write it like Asia/Kabul.")
    return raw


def email_key(email: str) -> str:
    """By what two addresses are known to be the same."""
    return unicodedata.normalize("NFC", email.strip().casefold())
