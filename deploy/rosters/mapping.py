"""From a row of the file to a row that intake takes: a map bound to one file's header."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from deploy.local.problems import Misconfigured
from deploy.rosters.clearances import Misplaced, brought
from deploy.rosters.columns import Columns, account_of
from deploy.rosters.maps import RosterMap
from deploy.rosters.reading import Refusal, Roster, Row, fold, tidy
from deploy.rosters.values import CHECKS, LISTS, TAGS, RowField, Unusable, cell, day, slugified, version

_ESSENTIAL: tuple[RowField, ...] = ("key", "full_name", "language", "zone", "weekly_hours")
_PROFILE = ("languages", "skills", "goals", "weekly_hours", "zone", "free_hours")
SEPARATORS = {"languages": ",", "skills": ",", "goals": ",", "free_hours": ";"}


@dataclass(frozen=True, slots=True)
class Person:
    """A row that can be sent: intake's body of it, and whether it stands for two roles."""

    number: int
    body: dict[str, Any]
    two_roles: bool

    @property
    def key(self) -> str:
        """By what this person is known again when the file comes another time."""
        return str(self.body["key"])


@dataclass(frozen=True)
class Plan:
    """A map bound to a header. `roles` are the one asked for and, where people can take two, the other one."""

    map: RosterMap
    header: tuple[str, ...]
    roles: tuple[str, ...]
    columns: Columns
    defaults: Mapping[RowField, Any]
    places: Mapping[str, int]
    translations: Mapping[RowField, Mapping[str, list[str]]] = field(repr=False)

    @classmethod
    def of(cls, roster_map: RosterMap, roster: Roster, role: str) -> "Plan":
        """Bind. Raises Misconfigured naming every mapped column that the file lacks, or a default of no use."""
        roles = roster_map.roles(role)
        places = {fold(name): place for place, name in enumerate(roster.header)}
        used = roster_map.mentioned(*roles)
        if missing := [name for name in used if fold(name) not in places]:
            raise Misconfigured(
                f"{roster.path} has no column {', '.join(missing)}, which the map uses; nothing was sent."
            )
        columns = account_of(roster_map, roster.header, used)
        tables = {
            name: {fold(text): [value] if isinstance(value, str) else value for text, value in table.items()}
            for name, table in roster_map.translate.items()
        }
        return cls(roster_map, roster.header, roles, columns, _defaults(roster_map), places, tables)

    def person(self, row: Row) -> Person | Refusal:
        """What intake is to hear of a row, or why it cannot be told."""
        values: dict[RowField, Any] = {}
        name: str = ""
        try:
            two_roles = self._two_roles(row)
            for known in CHECKS:
                name = known
                values[known] = self.value(row, known, self.columns_of(known, two_roles))
            _complete(values)
            for essential in _ESSENTIAL:
                name = essential
                _require(values[essential])
            name = "evidence"
            body = _body(row.number, values, self._evidence(row))
            body["clearances"] = brought(self.map.clearance, partial(self._cell, row), self.map.date_format)
            return Person(row.number, body, two_roles)
        except Misplaced as error:
            return Refusal(row.number, self.header[self.places[fold(error.column)]], f"The cell {error}.")
        except Unusable as error:
            return Refusal(row.number, self.column_of(name), f"The cell {error}.")

    def column_of(self, name: str) -> str:
        """Where a field of intake stands in the file: `profile.skills` may be `profession, grade`."""
        last = name.rpartition(".")[2]
        evidence = self.map.evidence.columns if self.map.evidence else {}
        columns = [column for known in CHECKS if known == last for column in self.columns_of(known, two_roles=True)]
        columns += [column for part, column in evidence.items() if last in (part, "evidence")]
        if name.startswith("clearances"):
            columns = [
                column for one in self.map.clearance for part, column in one.columns.items() if last in (part, name)
            ]
        if last == "key" and not columns:
            return self.column_of("email")
        names = [self.header[self.places[fold(column)]] for column in columns]
        return ", ".join(names) or f"({last}, which the file does not have)"

    def columns_of(self, name: RowField, two_roles: bool) -> list[str]:
        """The columns of a field as the map names them, for one role or for people of both."""
        roles = self.roles if two_roles else self.roles[:1]
        tables = [self.map.columns, *(self.map.role.get(role, {}) for role in roles)]
        return list(dict.fromkeys(column for table in tables for column in table.get(name, ())))

    def _cell(self, row: Row, column: str) -> str:
        return row.cells[self.places[fold(column)]]

    def _two_roles(self, row: Row) -> bool:
        also = self.map.also
        return also is not None and fold(self._cell(row, also.column)) in map(fold, also.when)

    def value(self, row: Row, name: RowField, columns: Sequence[str]) -> Any:
        """The checked value of a field: of its cells, or the default where they are empty, or None."""
        texts = [text for column in columns if (text := cell(self._cell(row, column)))]
        if name not in LISTS:
            texts = [" ".join(texts)] if texts else []
        elif separator := self.map.split.get(name, SEPARATORS[name]):
            texts = [part for text in texts for piece in text.split(separator) if (part := tidy(piece))]
        values = [value for text in texts for value in self._translated(text, name)]
        if not values:
            return self.defaults.get(name)
        return CHECKS[name](values if name in LISTS else values[0])

    def _translated(self, text: str, name: RowField) -> list[str]:
        """What a text stands for: by the map's table, else as a tag or as it is, as the map says."""
        table = self.translations.get(name, {})
        if (known := table.get(fold(text)) if table else None) is not None:
            return known
        match self.map.unknown.get(name, "slug" if name in TAGS else "keep"):
            case "refuse":
                raise Unusable("has a value that the map does not translate")
            case "slug":
                return [slugified(text)]
            case _:
                return [text]

    def _evidence(self, row: Row) -> dict[str, Any] | None:
        if (evidence := self.map.evidence) is None:
            return None
        found = {name: cell(self._cell(row, column)) for name, column in evidence.columns.items()}
        if found.get("signed_on") == "":
            return None
        if missing := [name for name, text in found.items() if not text]:
            raise Unusable(f"says when it was signed, and the row lacks {', '.join(missing)}")
        if "signed_on" in found:
            found["signed_on"] = day(found["signed_on"], self.map.date_format).isoformat()
        complete = evidence.constants | found
        return {**complete, "version": version(complete["version"])}


def _complete(values: dict[RowField, Any]) -> None:
    """Fill in what follows from other fields of the row."""
    if values["key"] is None and values["email"] is not None:
        values["key"] = values["email"].lower()
    if values["language"] is None and values["languages"]:
        values["language"] = values["languages"][0]
    values["name_to_use"] = values["name_to_use"] or values["full_name"]
    values["languages"] = values["languages"] or [values["language"]]


def _require(value: Any) -> None:
    if value is None:
        raise Unusable("is empty, and the map has no default for it")


def _defaults(roster_map: RosterMap) -> dict[RowField, Any]:
    found: dict[RowField, Any] = {"skills": [], "goals": [], "free_hours": []}
    for name, value in roster_map.defaults.items():
        try:
            found[name] = CHECKS[name](value)
        except Unusable as error:
            raise Misconfigured(f"The map's default of {name} {error}.") from None
    return found


def _body(number: int, values: dict[RowField, Any], evidence: dict[str, Any] | None) -> dict[str, Any]:
    """A row as `POST /imports` takes it."""
    person = {name: values[name] for name in ("key", "full_name", "name_to_use", "email", "language", "zone")}
    profile = {name: value for name, value in values.items() if name in _PROFILE}
    return {"row": number, **person, "profile": profile, "evidence": evidence}
