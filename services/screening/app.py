"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.api import (
    briefings,
    cases,
    conduct_cases,
    decisions,
    interviews,
    letters,
    measures,
    oncall,
    queue,
    referee,
    references,
    register,
    results,
    samples,
    scores,
    settlements,
    slots,
    steps,
    ties,
    timeline,
    training,
)
from services.screening.senders import facts
from services.screening.settings import Settings
from shared.links import Links
from shared.private_reads import Intake
from shared.service import Service

DOORS = (
    cases,
    results,
    decisions,
    steps,
    references,
    referee,
    letters,
    slots,
    interviews,
    training,
    briefings,
    samples,
    scores,
    queue,
    settlements,
    timeline,
    conduct_cases,
    measures,
    oncall,
    ties,
    register,
)


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    settings = settings or Settings()
    service = Service(
        "screening",
        settings,
        routers=[each.router for each in DOORS],
        handlers=handlers.events,
        rules=timers.rules,
        links=Links.from_file(settings.link_secret_file),
    )
    service.senders.append(facts(service.sessions, Intake(settings.intake_url, settings.service_token)))
    return service
