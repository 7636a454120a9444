"""`rapport config`: what is wrong with the settings of this environment, and which settings there are."""

import sys
from typing import Annotated

from cyclopts import App, Parameter
from pydantic import ValidationError

from deploy.cli.common import Json, Typed, chosen, console, print_json
from deploy.cli.settings_reference import reference_text
from deploy.registry import settings
from deploy.settings import faults
from shared import tracing


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="config", help="The settings, which are environment variables.")
    group.command(check)
    group.command(reference)
    app.command(group)


def check(service: Annotated[str | None, Parameter(help="Only this one's.")] = None, *, json: Json = False) -> None:
    """Read the environment as `rapport run` would, and tell everything at once that it would refuse.

    Nothing is started and no server is asked. Exit code 2 with each variable and what to write there, never its value.
    """
    wrong: dict[str, list[str]] = {}
    usable = []
    names = chosen(service)
    for name in names:
        kind = settings(name)
        try:
            found = kind()
            usable.append({"service": name, "listens": f"{found.host}:{found.port}", "environment": found.environment})
        except ValidationError as error:
            for fault in faults(kind, error):
                wrong.setdefault(fault, []).append(name)
    try:
        tracing.exporter()
    except ValueError as error:
        wrong[str(error)] = list(names)
    if wrong and json:
        print_json([{"setting": fault, "services": of} for fault, of in wrong.items()])
    if wrong:
        lines = [f"  {fault} ({', '.join(of)})" for fault, of in wrong.items()]
        raise Typed("\n".join([f"{len(lines)} setting(s) cannot be used:", *lines]))
    if json:
        print_json(usable)
        return
    for line in usable:
        console.print("{service:<10} can start: {listens}, {environment}".format(**line), markup=False)


def reference() -> None:
    """Print every setting as Markdown; deploy/settings.md is what this prints."""
    sys.stdout.write(reference_text())
