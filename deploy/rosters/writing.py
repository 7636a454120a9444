"""From somebody who takes part to a row of the file: the map read backwards.

Each row is read again as an import reads it before it counts; what would come back as something else is not written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.rosters.clearances import written
from deploy.rosters.mapping import SEPARATORS, Person, Plan
from deploy.rosters.reading import Row, fold
from deploy.rosters.values import CHECKS, LISTS, RowField, Unusable, guarded

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CARD = ("full_name", "name_to_use", "email", "language", "zone")
_FOLLOWS: dict[RowField, RowField] = {"name_to_use": "full_name", "language": "languages", "languages": "language"}
"""What a field without a column is made of."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody whom the map cannot write, and why; names no value."""

    person: str
    reason: str


def sentences(plan: Plan) -> list[str]:
    """What cannot be written back as it may have stood in the file, before anything is written."""
    columns = {name: plan.columns_of(name, two_roles=True) for name in CHECKS}
    found = []
    if nowhere := [name for name, theirs in columns.items() if not theirs and name != "key"]:
        found.append(f"Not in the file, since the map has no column for it: {', '.join(nowhere)}.")
    for name, theirs in columns.items():
        if len(theirs) > 1:
            joined = ", ".join(theirs)
            found.append(f"{joined} are joined as {name}; they are parted in a way that reads back as the same.")
    for name, table in plan.translations.items():
        values = [tuple(value) for value in table.values()]
        if twice := sorted({", ".join(value) for value in values if values.count(value) > 1}):
            found.append(f"{name}: several texts stand for {'; '.join(twice)}; the first of them is written.")
    return found


def row_of(plan: Plan, number: int, stored: Mapping[str, Any]) -> Row | LeftOut:
    """The row of somebody as intake gave them, or why the map cannot write it."""
    person = str(stored["person"])
    if stored["profile"] is None:
        return LeftOut(person, "There is no profile yet.")
    if stored["email"] is None and stored["key"] is None:
        reason = "There is neither an e-mail nor a key of this roster, so an import would take them for somebody new."
        return LeftOut(person, reason)
    values = _values(stored)
    two_roles = bool(stored["also"]) and plan.map.also is not None
    cells = _Cells(plan, two_roles)
    try:
        for name in sorted(CHECKS, key=lambda known: (len(plan.columns_of(known, two_roles)), known == "key")):
            cells.put(name, values[name])
    except Unusable as error:
        return LeftOut(person, f"A value {error}.")
    cells.put_rest(stored)
    row = Row(number, tuple(guarded(cells.filled.get(fold(column), "")) for column in plan.header))
    if (wrong := _differs(plan, row, stored, values)) is not None:
        return LeftOut(person, f"The map cannot write {wrong} so that it reads back the same.")
    return row


def _values(stored: Mapping[str, Any]) -> dict[RowField, Any]:
    profile = stored["profile"]
    found: dict[RowField, Any] = {"key": stored["key"] or str(stored["person"])}
    for name in CHECKS:
        if name != "key":
            found[name] = stored[name] if name in _CARD else profile[name]
    return found


class _Cells:
    """The cells of one row, filled field by field; those that one field fills first are met by the others."""

    def __init__(self, plan: Plan, two_roles: bool) -> None:
        self.plan = plan
        self.two_roles = two_roles
        self.filled: dict[str, str] = {}

    def put(self, name: RowField, value: Any) -> None:
        """Fill the columns of a field that are not filled yet, so that all of them together say its value."""
        columns = [fold(column) for column in self.plan.columns_of(name, self.two_roles)]
        if not any(column not in self.filled for column in columns):
            return
        texts = self._listed(name, columns, value) if name in LISTS else self._parted(name, columns, value)
        self.filled |= texts

    def put_rest(self, stored: Mapping[str, Any]) -> None:
        """Fill the columns of signatures, clearances and second roles."""
        plan, texts = self.plan, dict[str, str]()
        if papers := _papers(plan, stored["evidence"]):
            texts |= papers[-1]
        left = list(stored["clearances"])
        for table in plan.map.clearance:
            for one in left:
                if (found := written(table, one, plan.map.date_format)) is not None:
                    texts |= found
                    left.remove(one)
                    break
        if also := plan.map.also:
            when = set(map(fold, also.when))
            other = next(text for text in ("no", "", "-") if text not in when)
            texts[also.column] = also.when[0] if self.two_roles else other
        for column, text in texts.items():
            self.filled.setdefault(fold(column), text)

    def _parted(self, name: RowField, columns: Sequence[str], value: Any) -> dict[str, str]:
        """One text in several columns: what other fields filled is taken off its ends, the rest parted at blanks."""
        rest = self._text(name, value) if value is not None else ""
        free = list(columns)
        while free and free[0] in self.filled:
            rest = rest.removeprefix(self.filled[free.pop(0)]).strip()
        while free and free[-1] in self.filled:
            rest = rest.removesuffix(self.filled[free.pop()]).strip()
        free = [column for column in free if column not in self.filled]
        parts = rest.split(" ", len(free) - 1)
        return {column: parts[place] if place < len(parts) else "" for place, column in enumerate(free)}

    def _listed(self, name: RowField, columns: Sequence[str], values: Sequence[Any]) -> dict[str, str]:
        """Many texts: those that other fields' columns say already are left out, the rest stands in the first one."""
        free = [column for column in columns if column not in self.filled]
        there = [column for column in columns if self.filled.get(column)]
        row = Row(0, tuple(self.filled.get(fold(column), "") for column in self.plan.header))
        said = self.plan.value(row, name, there) if there else []
        texts = _spans(values) if name == "free_hours" else self._texts(name, [v for v in values if v not in said])
        separator = self.plan.map.split.get(name, SEPARATORS[name])
        if separator:
            joint = separator + " " if separator in (",", ";") else separator
            texts = [joint.join(texts)] if texts else []
        if len(texts) > len(free):
            raise Unusable(f"of {name} finds no column")
        return {column: texts[place] if place < len(texts) else "" for place, column in enumerate(free)}

    def _texts(self, name: RowField, values: Sequence[str]) -> list[str]:
        """Texts that stand for these values, one of several at once where the map has such a one."""
        found, rest = [], list(values)
        table = self._translations(name)
        while rest:
            several = [(text, value) for text, value in table.items() if len(value) > 1 and rest[: len(value)] == value]
            text, value = max(several, key=lambda pair: len(pair[1]), default=(None, rest[:1]))
            found.append(text if text is not None else self._text(name, rest[0]))
            rest = rest[len(value) :]
        return found

    def _text(self, name: RowField, value: Any) -> str:
        """The text that stands for a value: the map's first one, else the value itself."""
        text = str(value).removesuffix(".0")
        return next((known for known, meant in self._translations(name).items() if meant == [text]), text)

    def _translations(self, name: RowField) -> dict[str, list[str]]:
        """What the map translates, without texts that would be split."""
        separator = self.plan.map.split.get(name, SEPARATORS.get(name, ""))
        table = self.plan.map.translate.get(name, {})
        listed = {text: [value] if isinstance(value, str) else value for text, value in table.items()}
        return {text: value for text, value in listed.items() if not (separator and separator in text)}


def _spans(hours: Sequence[int]) -> list[str]:
    """Hours of the week as spans inside a day: `mon 18-21`."""
    spans: list[tuple[int, int]] = []
    for hour in sorted(hours):
        if spans and spans[-1][1] == hour and hour % 24:
            spans[-1] = (spans[-1][0], hour + 1)
        else:
            spans.append((hour, hour + 1))
    return [f"{_DAYS[start // 24]} {start % 24}-{(end - 1) % 24 + 1}" for start, end in spans]


def _papers(plan: Plan, papers: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Signatures held elsewhere that the map can say, as cells by column; the newest one last."""
    if (evidence := plan.map.evidence) is None:
        return []
    return [
        {column: _paper_text(plan, part, str(paper[part])) for part, column in evidence.columns.items()}
        for paper in sorted(papers, key=lambda one: str(one["signed_on"]))
        if all(str(paper[part]) == text for part, text in evidence.constants.items()) and paper["version"].isdecimal()
    ]


def _paper_text(plan: Plan, part: str, text: str) -> str:
    return date.fromisoformat(text).strftime(plan.map.date_format) if part == "signed_on" else text


def _differs(plan: Plan, row: Row, stored: Mapping[str, Any], values: Mapping[RowField, Any]) -> str | None:
    """The first field that an import of this row would change; None where it changes nothing."""
    person = plan.person(row)
    if not isinstance(person, Person):
        return "what must be there"
    body = person.body
    read = {**body, **body["profile"]}
    for name in CHECKS:
        if name == "key" or read[name] == values[name]:
            continue
        if plan.columns_of(name, person.two_roles) or _follows_anew(plan, name, stored):
            return name
    if plan.columns_of("zone", person.two_roles) and stored["profile"]["zone"] != stored["zone"]:
        return "the zone of the profile, which is not the person's,"
    if person.two_roles != bool(stored["also"]) and plan.map.also is not None:
        return "the second role"
    kept = {str(paper["version"]) for paper in stored["evidence"]}
    if body["evidence"] is not None and str(body["evidence"]["version"]) not in kept:
        return "evidence"
    if any(one not in stored["clearances"] for one in body["clearances"]):
        return "clearances"
    return None


def _follows_anew(plan: Plan, name: RowField, stored: Mapping[str, Any]) -> bool:
    """Whether an import makes a field without a column anew, since what it is made of is not as it was imported."""
    base = _FOLLOWS.get(name)
    if base is None or name in plan.defaults or stored["key"] is None:
        return False
    return (base if base in _CARD else f"profile.{base}") not in stored["as_imported"]
