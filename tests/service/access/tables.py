"""The tables, one for each service: `<service>.yaml` beside this file.

A row is a route, as OpenAPI writes it; a remark in brackets makes a second row of the same route. It says:

    may        who is answered with success
    comes to   the status that these get instead, where the state of the arrangement refuses everybody
    403, 404 … who gets this status
    nothing    who gets a list with nothing in it
    others     what all the rest get: a status, or `nothing`; 404 where it is left out
    body, query, headers   what is sent: the smallest that is valid
    with       what a name in braces means in this row, where it is not what the arrangement says
    open       the route takes no token

Who is named twice gets what stands first above. Names of callers stand in callers.py, and what is in braces is
filled in from the arrangement (arrangements.py). A token that is missing, expired or forged is a 401 in every row.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.service.access.callers import KINDS, named

Answer = int | Literal["good", "nothing"]
SENT = ("body", "query", "headers", "with", "open", "comes to", "others", "may", "nothing")


@dataclass(frozen=True)
class Row:
    """What a route answers to whom, and what is sent to ask."""

    title: str
    answers: Mapping[str, Answer]
    others: Answer
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    is_open: bool = False

    @property
    def route(self) -> str:
        """Method and path."""
        return self.title.partition(" (")[0]

    @property
    def method(self) -> str:
        """Method."""
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        """Path with names in braces."""
        return self.route.partition(" ")[2]

    def answer(self, kind: str) -> Answer:
        """What a kind of caller gets."""
        return self.answers.get(kind, self.others)


def table(service: str) -> list[Row]:
    """The rows of a service."""
    content = yaml.safe_load((Path(__file__).parent / f"{service}.yaml").read_text())
    return [_row(title, said or {}) for title, said in content.items()]


def _row(title: str, said: Mapping[Any, Any]) -> Row:
    answers: dict[str, Answer] = {}
    answers |= dict.fromkeys(named(said.get("nothing", "")), "nothing")
    for status in (key for key in said if isinstance(key, int)):
        answers |= dict.fromkeys(named(said[status]), status)
    answers |= dict.fromkeys(named(said.get("may", "")), said.get("comes to", "good"))
    if unknown := {key for key in said if not isinstance(key, int)} - set(SENT):
        raise ValueError(f"{title}: {unknown}")
    return Row(
        title, answers, said.get("others", 404), said.get("body"), said.get("query", {}), said.get("headers", {}),
        said.get("with", {}), said.get("open", False),
    )  # fmt: skip


def knowers(rows: list[Row], of: Row) -> frozenset[str]:
    """Who may read the first thing that a row's path names, or something of it, or finds it in its list."""
    before, _, rest = of.path.partition("{")
    thing = f"{before}{{{rest.partition('}')[0]}}}"
    readable = [row for row in rows if row.method == "GET" and (row.path.startswith(thing) or row.path + "/" == before)]
    return frozenset(kind for kind in KINDS for row in readable if row.answer(kind) == "good")
