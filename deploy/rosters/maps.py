"""A map (TOML) says what a roster's columns mean to Rapport. The README beside this file explains every table."""

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from deploy.local.problems import Misconfigured
from deploy.rosters.reading import fold
from deploy.rosters.special import category_of
from deploy.rosters.values import LISTS, RowField
from shared.contracts.base import Slug
from shared.law import check_names

SHIPPED = Path(__file__).parent
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[list[Text], BeforeValidator(_as_list), Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Always(_Part):
    """A text that is the same for the whole file, where a text alone would name a column."""

    always: Text


class Evidence(_Part):
    """A signature that somebody else holds. Texts name columns; a number, a date and `{always}` hold for all rows."""

    document: Slug
    version: int | Text
    signed_on: date | Text
    holder: Always | Text

    @property
    def columns(self) -> dict[str, str]:
        """What stands in which column."""
        parts = {"version": self.version, "signed_on": self.signed_on, "holder": self.holder}
        return {name: part for name, part in parts.items() if isinstance(part, str)}

    @property
    def constants(self) -> dict[str, str]:
        """What holds for every row, written as a cell would be."""
        found = {"document": self.document}
        if isinstance(self.version, int):
            found["version"] = str(self.version)
        if isinstance(self.signed_on, date):
            found["signed_on"] = self.signed_on.isoformat()
        return found | ({"holder": self.holder.always} if isinstance(self.holder, Always) else {})


class InColumn(_Part):
    """The name of a column, where a text alone would be the value itself."""

    column: Text


class Clearance(_Part):
    """A check that people passed elsewhere (R35). Texts name columns, but `check` is the check itself."""

    check: Slug | InColumn
    authority: Always | Text
    number: Text
    valid_until: Text
    own: bool = False

    @property
    def columns(self) -> dict[str, str]:
        """What stands in which column."""
        found = {"number": self.number, "valid_until": self.valid_until}
        if isinstance(self.check, InColumn):
            found["check"] = self.check.column
        return found | ({"authority": self.authority} if isinstance(self.authority, str) else {})


class Pair(_Part):
    """The columns of a file of pairs that run already. `mentor` and `mentee` hold keys of people."""

    mentor: Text
    mentee: Text
    started_on: Text
    hours: Text | None = None


class Basis(_Part):
    """Why a special-category column may be used all the same."""

    purpose: Text
    legal_basis: Text


class Also(_Part):
    """Which rows stand for people of two roles, and which role goes with which."""

    column: Text
    when: Texts
    role: dict[Slug, Slug]


class RosterMap(_Part):
    """The whole map; pydantic names what is wrong with it."""

    source: Slug
    offering: Slug | None = None
    delimiter: Literal[",", ";", "\t"] | None = None
    date_format: Text = "%Y-%m-%d"
    columns: dict[RowField, Texts]
    role: dict[Slug, dict[RowField, Texts]] = {}
    split: dict[RowField, str] = {}
    translate: dict[RowField, dict[str, str | list[str]]] = {}
    unknown: dict[RowField, Literal["slug", "keep", "refuse"]] = {}
    defaults: dict[RowField, str | int | float | list[str | int]] = {}
    evidence: Evidence | None = None
    clearance: list[Clearance] = []
    pair: Pair | None = None
    drop: dict[Text, Text] = {}
    special: dict[Text, Basis] = {}
    also: Also | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if "full_name" not in self.columns:
            raise ValueError("columns must say where full_name stands")
        if not {"email", "key"} & set(self.columns):
            raise ValueError("columns must say where email or key stands, or nobody is known again next time")
        named = {one.check for one in self.clearance if isinstance(one.check, str)}
        if unknown := sorted(named - check_names()):
            raise ValueError(f"there is no check {', '.join(unknown)}; there are {', '.join(sorted(check_names()))}")
        if single := sorted(set(self.split) - set(LISTS)):
            raise ValueError(f"split is for {', '.join(LISTS)}, not for {', '.join(single)}")
        if both := sorted(set(map(fold, self.drop)) & {fold(column) for column in self.mentioned()}):
            raise ValueError(f"{', '.join(both)} is used and dropped; it can be one of the two")
        permitted = set(map(fold, self.special))
        for column in self.mentioned():
            if (category := category_of(column)) and fold(column) not in permitted:
                raise ValueError(
                    f"the column {column!r} speaks of {category}: name its purpose and legal_basis under [special], "
                    "or do not use it"
                )
        return self

    def roles(self, role: str) -> tuple[str, ...]:
        """The role asked for, and the other one of people who take two. Raises Misconfigured where none is named."""
        if self.role and role not in self.role:
            raise Misconfigured(f"The map describes {', '.join(self.role)}, not {role}: add [role.{role}] to it.")
        if self.also is None:
            return (role,)
        if role not in self.also.role:
            raise Misconfigured(f"The map does not say which role goes with {role}: add it to the role of [also].")
        return (role, self.also.role[role])

    def mentioned(self, *roles: str) -> list[str]:
        """Every column that is used: for these roles, or for all of them."""
        tables = [self.columns, *(self.role.get(role, {}) for role in roles or self.role)]
        names = [name for table in tables for columns in table.values() for name in columns]
        names += list(self.evidence.columns.values()) if self.evidence else []
        names += [column for one in self.clearance for column in one.columns.values()]
        return list(dict.fromkeys([*names, *([self.also.column] if self.also else [])]))


def load_map(name: str) -> RosterMap:
    """The map in a file, or a shipped one by its bare name. Raises Misconfigured naming what is wrong."""
    path = Path(name)
    if re.fullmatch(r"[a-z0-9-]+", name) and not path.is_file():
        path = SHIPPED / f"{name}.toml"
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.toml")))
            raise Misconfigured(f"There is no map {name}; shipped are {known}, or name a TOML file of your own.")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Misconfigured(f"The map {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The map {path} is not TOML: {error}.") from error
    return parse_map(document, str(path))


def parse_map(document: dict[str, Any], name: str) -> RosterMap:
    """A map as it stands in TOML. Raises Misconfigured with every fault of it."""
    try:
        return RosterMap.model_validate(document)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'map'}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise Misconfigured(f"The map {name} cannot be used. {'; '.join(faults)}.") from None
