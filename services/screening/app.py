"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.api import cases, conduct_cases, decisions, measures, oncall, register, results, ties
from services.screening.settings import Settings
from shared.service import Service


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    return Service(
        "screening",
        settings or Settings(),
        routers=[each.router for each in (cases, results, decisions, conduct_cases, measures, oncall, ties, register)],
        handlers=handlers.events,
        rules=timers.rules,
    )
