"""`rapport db`: bring the services' databases to this version's schema."""

import asyncio
from typing import Annotated

from alembic.util import CommandError
from cyclopts import App, Parameter

from deploy.cli.common import Typed, chosen, say
from deploy.cli.connections import database_url, opened
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
        chosen(name)
        asyncio.run(_knock(name))
        try:
            migrations.upgrade(name, database_url(name).replace("postgresql://", "postgresql+asyncpg://"))
        except CommandError:
            raise Typed(f"The database of {name} is newer than this version; upgrade Rapport.") from None
        say(f"{name}: the schema is current.")


async def _knock(service: str) -> None:
    """Raises Unavailable where nobody answers: alembic would say so in many words and none of ours."""
    async with opened(service):
        pass
