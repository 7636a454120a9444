"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.api import (
    cases,
    decisions,
    letters,
    queue,
    referee,
    references,
    results,
    settlements,
    steps,
    timeline,
)
from services.screening.settings import Settings
from shared.links import Links
from shared.service import Service

DOORS = (
    cases,
    results,
    decisions,
    steps,
    references,
    referee,
    letters,
    queue,
    settlements,
    timeline,
)


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    settings = settings or Settings()
    return Service(
        "screening",
        settings,
        routers=[each.router for each in DOORS],
        handlers=handlers.events,
        rules=timers.rules,
        links=Links.from_file(settings.link_secret_file),
    )
