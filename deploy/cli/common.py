"""What the commands share: how results are printed, and how a running platform is found."""

import os
import re
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx2
import orjson
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from deploy.keys import read_private
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.problems import Problem, Unavailable
from deploy.registry import SERVICES
from shared.access import Grant, Role, mint
from shared.ids import new_id

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print one JSON document on standard output.")]
Install = Annotated[
    bool, Parameter(negative="", help="Install RabbitMQ with the system's package manager where none is to be had.")
]


class CheckFailed(Problem):
    """A check did not hold."""

    exit_code = 1


class Typed(Problem):
    """What was typed cannot be used."""

    exit_code = 2


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Rich would end with code 1; `main` ends what nobody reads any more with 0."""
        raise BrokenPipeError


console = _Console(soft_wrap=True, highlight=False)
errors = _Console(stderr=True, soft_wrap=True, highlight=False)
help_console = _Console(highlight=False)
_wide = _Console(width=1_000_000, highlight=False)


def say(sentence: str) -> None:
    """Tell the person at the terminal how it goes; never on standard output."""
    with suppress(OSError):  # the work goes on where nobody listens
        errors.print(sentence, markup=False)


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool, title: str = "", empty: str = "Nothing.") -> None:
    """Print rows as a table, or as a JSON list. No value is cut: what a terminal is too narrow for goes on below."""
    if as_json:
        print_json(list(rows))
        return
    if not rows:
        console.print(empty, markup=False)
        return
    table = Table(title=title or None, title_justify="left")
    for name in rows[0]:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    (console if sys.stdout.isatty() else _wide).print(table)


def tell(document: Mapping[str, Any], sentence: str, *, as_json: bool) -> None:
    """A command's result on standard output: a JSON document, or the sentence that says the same."""
    if as_json:
        print_json(document)
    else:
        console.print(sentence, markup=False)


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(orjson.dumps(document, default=str, option=orjson.OPT_INDENT_2).decode() + "\n")
    sys.stdout.flush()


def addresses() -> Addresses:
    """The running platform's addresses, as `rapport up` wrote them. Raises Unavailable when none is running."""
    return Addresses.load(Home.find())


def chosen(service: str | None) -> tuple[str, ...]:
    """The named service, or all. Raises Typed for one that there is not."""
    if service is None:
        return tuple(SERVICES)
    if service not in SERVICES:
        raise Typed(f"{service!r} is no service; there are {', '.join(SERVICES)}.")
    return (service,)


def nearest(name: str, known: Collection[str]) -> str:
    """What somebody who typed `name` may have meant."""
    return ", ".join(get_close_matches(name, list(known), cutoff=0))


def signing_key() -> dict[str, Any]:
    """The private key that RAPPORT_PRIVATE_KEY_FILE names, else the running platform's. Raises a Problem."""
    if named := os.environ.get("RAPPORT_PRIVATE_KEY_FILE"):
        return read_private(Path(named), "correct RAPPORT_PRIVATE_KEY_FILE, or make one with `rapport keys new`.")
    return addresses().private_key()


def service_url(service: str) -> str:
    """RAPPORT_<SERVICE>_URL, else the running platform's. Raises Typed for what is no address."""
    setting = f"RAPPORT_{service.upper()}_URL"
    if (given := os.environ.get(setting)) is None:
        return addresses().services[service]
    if not re.fullmatch(r"https?://\S+", given):
        raise Typed(f"{setting} is no address that can be used; write http://host:port.")
    return given


def client(service: str, site: str, *roles: Role, subject: UUID | None = None) -> httpx2.AsyncClient:
    """An HTTP client of a service, with RAPPORT_TOKEN or else a token for `roles` at `site` signed here."""
    url = service_url(service)
    bearer = os.environ.get("RAPPORT_TOKEN") or mint(
        signing_key(), str(subject or new_id()), [Grant(role, site) for role in roles], timedelta(hours=1)
    )
    return httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {bearer}"}, timeout=60)


def checked(response: httpx2.Response) -> Any:
    """The JSON of a good answer; a problem becomes a sentence that names its fields."""
    if response.is_success:
        return response.json()
    try:
        problem = response.json()
        faults = "; ".join(f"{fault['field']}: {fault['reason']}" for fault in problem.get("errors") or [])
        sentence = f"{problem.get('title')}: {problem.get('detail')} {faults}".strip()
    except ValueError:
        sentence = f"{response.request.url.path} answered {response.status_code}."
    if response.status_code >= 500:
        raise Unavailable(sentence)
    raise Typed(sentence)
