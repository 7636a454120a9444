"""`rapport db`: bring the services' databases to this version's schema."""

import os
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.common import Typed, addresses, say
from deploy.cli.kept import kept
from deploy.cli.restored import restored
from deploy.registry import SERVICES
from shared import migrations


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="db", help="The services' databases.")
    group.command(upgrade)
    group.command(restored)
    group.command(kept)
    app.command(group)


def upgrade(
    *services: Annotated[str, Parameter(help="Which services; all where none is named.")],
) -> None:
    """Run the migrations that a database lacks.

    Addresses come from RAPPORT_INTAKE_DATABASE_URL and its like, else from the running platform.
    """
    for name in services or SERVICES:
        if name not in SERVICES:
            raise Typed(f"{name!r} is no service; there are {', '.join(SERVICES)}.")
        url = os.environ.get(f"RAPPORT_{name.upper()}_DATABASE_URL") or addresses().databases[name]
        migrations.upgrade(name, url)
        say(f"{name}: the schema is current.")
