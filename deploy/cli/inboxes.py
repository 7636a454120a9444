"""`rapport inbox`: what each handler has dealt with, and how long ago."""

import asyncio
from typing import Any

from cyclopts import App

from deploy.cli.common import Json, chosen, show
from deploy.cli.connections import opened
from deploy.registry import readers
from shared.clock import real_now
from shared.messaging.topology import queue_name

_STATS = """
    SELECT handler, count(*) FILTER (WHERE outcome = 'applied') AS applied,
           count(*) FILTER (WHERE outcome = 'dead') AS dead,
           min(received_at) AS oldest, max(received_at) AS newest
    FROM inbox GROUP BY handler
"""


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="inbox", help="Events that were dealt with.")
    group.command(stats)
    app.command(group)


def stats(*, service: str | None = None, json: Json = False) -> None:
    """Per handler what was applied and what is dead, since when, and how long ago the last event came.

    Applied events are forgotten after 30 days; dead ones stay.

    Parameters
    ----------
    service
        only of this service.
    """
    show(asyncio.run(_stats(chosen(service))), as_json=json, title="Inboxes")


async def _stats(services: tuple[str, ...]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for service in services:
        async with opened(service) as connection:
            found = {row["handler"]: row for row in await connection.fetch(_STATS)}
        heard = [queue_name(service, event) for event in readers()[service]]
        lines += [_line(service, handler, found.get(handler)) for handler in sorted({*heard, *found})]
    return lines


def _line(service: str, handler: str, row: Any) -> dict[str, Any]:
    """One handler's line; one that has heard nothing yet has one too."""
    oldest, newest = (row["oldest"], row["newest"]) if row else (None, None)
    return {
        "service": service,
        "handler": handler,
        "applied": row["applied"] if row else 0,
        "dead": row["dead"] if row else 0,
        "oldest": oldest.isoformat(timespec="seconds") if oldest else None,
        "newest": newest.isoformat(timespec="seconds") if newest else None,
        "age_seconds": round((real_now() - newest).total_seconds()) if newest else None,
    }
