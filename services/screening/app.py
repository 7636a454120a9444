"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.activity import HOURS_PER_MESSAGE
from services.screening.api import (
    agreement,
    appeals,
    cases,
    criteria,
    decisions,
    flags,
    letters,
    queue,
    referee,
    references,
    renewal,
    results,
    steps,
    ties,
)
from services.screening.settings import Settings
from shared.links import Links
from shared.service import Service

ROOMS = (
    cases,
    criteria,
    results,
    decisions,
    agreement,
    ties,
    flags,
    renewal,
    appeals,
    steps,
    references,
    referee,
    letters,
    queue,
)


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    settings = settings or Settings()
    service = Service(
        "screening",
        settings,
        routers=[each.router for each in ROOMS],
        handlers=handlers.events,
        rules=timers.rules,
        links=Links.from_file(settings.link_secret_file),
    )
    service.sessions.configure(info={HOURS_PER_MESSAGE: settings.hours_per_message})
    return service
