"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.api import cases, decisions, results
from services.screening.settings import Settings
from shared.service import Service


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    return Service(
        "screening",
        settings or Settings(),
        routers=[cases.router, results.router, decisions.router],
        handlers=handlers.events,
        rules=timers.rules,
    )
