"""The clearances that a row brings along: read from its cells, and written back into them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from deploy.rosters.maps import Always, Clearance
from deploy.rosters.values import Unusable, cell, day, slugified
from shared.law import check_names

NUMBER_LIMIT = 100


class Misplaced(Unusable):
    """A reason that names no value, of a cell that is known by its column."""

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason)
        self.column = column


def brought(tables: Iterable[Clearance], text_of: Callable[[str], str], date_format: str) -> list[dict[str, Any]]:
    """What a row brings, as intake takes it; a table whose cells are all empty brings nothing. Raises Misplaced."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        texts = {part: _text(text_of, column) for part, column in table.columns.items()}
        if not any(texts.values()):
            continue
        if missing := [part for part, text in texts.items() if not text]:
            raise Misplaced("is empty, and the row brings a clearance", table.columns[missing[0]])
        one = _one(table, texts, date_format)
        if one["check"] in found:
            raise Misplaced("names a check that stands in the row already", table.columns.get("check", table.number))
        found[one["check"]] = one
    return list(found.values())


def _text(text_of: Callable[[str], str], column: str) -> str:
    try:
        return cell(text_of(column))
    except Unusable as error:
        raise Misplaced(str(error), column) from None


def _one(table: Clearance, texts: Mapping[str, str], date_format: str) -> dict[str, Any]:
    column = table.columns["valid_until"]
    try:
        valid_until = day(texts["valid_until"], date_format).isoformat()
        column = table.number
        if len(texts["number"]) > NUMBER_LIMIT:
            raise Unusable(f"is longer than {NUMBER_LIMIT} characters")
        column = table.columns.get("check", column)
        check = table.check if isinstance(table.check, str) else _check(texts["check"])
    except Unusable as error:
        raise Misplaced(str(error), column) from None
    authority = table.authority.always if isinstance(table.authority, Always) else texts["authority"]
    return {
        "check": check, "authority": authority, "number": texts["number"], "valid_until": valid_until, "own": table.own,
    }  # fmt: skip


def _check(text: str) -> str:
    if (check := slugified(text)) not in check_names():
        raise Unusable("names no check that a network or a law asks for")
    return check


def written(table: Clearance, held: Mapping[str, Any], date_format: str) -> dict[str, str] | None:
    """The cells of a clearance by their columns; None where this table cannot say it."""
    if isinstance(table.check, str) and table.check != held["check"]:
        return None
    if isinstance(table.authority, Always) and table.authority.always != held["authority"]:
        return None
    if table.own != held["own"]:
        return None
    until = date.fromisoformat(held["valid_until"]).strftime(date_format)
    texts = {**{part: str(held[part]) for part in ("check", "authority", "number")}, "valid_until": until}
    return {column: texts[part] for part, column in table.columns.items()}
