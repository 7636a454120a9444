"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.api import agreement, cases, criteria, decisions, results, ties
from services.screening.settings import Settings
from shared.service import Service


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    return Service(
        "screening",
        settings or Settings(),
        routers=[
            cases.router,
            criteria.router,
            results.router,
            decisions.router,
            agreement.router,
            ties.router,
        ],
        handlers=handlers.events,
        rules=timers.rules,
    )
