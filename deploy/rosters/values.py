"""What one field of a roster row may be. Every function returns the value as intake takes it, or raises Unusable."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

from deploy.rosters.reading import tidy

CELL_LIMIT = 1_000
NAME_LIMIT = 200
LIST_LIMIT = 30
RowField = Literal[
    "key",
    "full_name",
    "name_to_use",
    "email",
    "language",
    "zone",
    "languages",
    "skills",
    "goals",
    "weekly_hours",
    "free_hours",
]
LISTS: tuple[RowField, ...] = ("languages", "skills", "goals", "free_hours")
TAGS: tuple[RowField, ...] = ("skills", "goals")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_SPAN = re.compile(r"([a-z]{3})[a-z]*\.? +(\d{1,2})(?::00)? *(?:-|to) *(\d{1,2})(?::00)?")


_CALCULATED = "=+\\-@＝＋－＠"
_GUARDED = re.compile(rf"'+[{_CALCULATED}]")
_TO_GUARD = re.compile(rf"'*[{_CALCULATED}]")


class Unusable(ValueError):
    """A reason that names no value."""


def cell(text: str) -> str:
    """A cell of a column that is used, without blanks around it."""
    if len(text) > CELL_LIMIT:
        raise Unusable(f"is longer than {CELL_LIMIT:,} characters")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\r\n\x85" for sign in text):
        raise Unusable("has a control character (such as NUL) in it")
    text = unicodedata.normalize("NFC", tidy(text))
    return text[1:] if _GUARDED.match(text) else text


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet calculates: an apostrophe before what it would; `cell` takes it off."""
    return f"'{text}" if _TO_GUARD.match(text) else text


def slugified(text: str) -> str:
    """A tag of a text: `Grade 7` is `grade-7`. Letters beyond a-z have none but a translation."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in signs if not unicodedata.combining(sign))
    if any(sign.isalnum() and not sign.isascii() for sign in plain):
        raise Unusable("has a value that cannot be written as a tag (a-z, 0-9, -); translate it in the map")
    return _tag(re.sub(r"[^a-z0-9]+", "-", plain).strip("-"))


def _tag(value: Any) -> str:
    if not isinstance(value, str) or not _SLUG.fullmatch(value):
        raise Unusable("has a value that is no tag of 1 to 32 characters (a-z, 0-9, -); translate it in the map")
    return value


def _name(value: Any) -> str:
    text = " ".join(str(value).split())
    if not text:
        raise Unusable("is empty")
    if len(text) > NAME_LIMIT:
        raise Unusable(f"is longer than {NAME_LIMIT} characters")
    return text


def _email(value: Any) -> str:
    if not _EMAIL.fullmatch(str(value)) or len(str(value)) > 254:
        raise Unusable("is not an e-mail address")
    return str(value)


def _language(value: Any) -> str:
    first, *rest = str(value).replace("_", "-").split("-")
    tag = "-".join([first.lower(), *rest])
    if not _LANGUAGE.fullmatch(tag):
        raise Unusable("is not a language tag such as en or fa-AF; translate it in the map")
    return tag


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any) -> str:
    if value not in _zones():
        raise Unusable("is not a time zone such as Europe/London")
    return str(value)


def _weekly_hours(value: Any) -> float:
    try:
        hours = float(str(value).replace(",", ".").replace("٫", "."))
    except ValueError:
        hours = 0.0
    if isinstance(value, bool) or not 0.5 <= hours <= 40:
        raise Unusable("is not a number of hours a week (0.5 to 40)")
    return hours


def _hours_of(value: Any) -> Sequence[int]:
    """Hours of the local week (0 is Monday 00:00) of `42` or `tue 18-20`."""
    text = str(value).strip().lower()
    if text.isdecimal() and int(text) <= 167:
        return [int(text)]
    if (span := _SPAN.fullmatch(text)) and span[1] in _DAYS and int(span[2]) < int(span[3]) <= 24:
        day = 24 * _DAYS.index(span[1])
        return range(day + int(span[2]), day + int(span[3]))
    raise Unusable("is not an hour of the week (0 to 167) or a span such as tue 18-20")


def _free_hours(values: Any) -> list[int]:
    return sorted({hour for value in _listed(values) for hour in _hours_of(value)})


def _listed(values: Any) -> list[Any]:
    found = list(dict.fromkeys(values if isinstance(values, list) else [values]))
    if len(found) > LIST_LIMIT:
        raise Unusable(f"has more than {LIST_LIMIT} values")
    return found


def _tags(values: Any) -> list[str]:
    return [_tag(value) for value in _listed(values)]


def _languages(values: Any) -> list[str]:
    return _listed([_language(value) for value in _listed(values)])


CHECKS: dict[RowField, Callable[[Any], Any]] = {
    "key": _name,
    "full_name": _name,
    "name_to_use": _name,
    "email": _email,
    "language": _language,
    "zone": _zone,
    "languages": _languages,
    "skills": _tags,
    "goals": _tags,
    "weekly_hours": _weekly_hours,
    "free_hours": _free_hours,
}
"""Every field of a row, from the text of a cell (or a default of the map) to the value that intake takes."""


def day(text: str, date_format: str) -> date:
    """A day written in the map's date_format."""
    try:
        return datetime.strptime(text, date_format).date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise Unusable(f"is not a day written as {date_format}") from None


def version(text: str) -> int:
    """A version of a conduct document, which is a whole number."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise Unusable("is not a version of the document (a whole number)")
    return int(text)
