"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.activity import HOURS_PER_MESSAGE
from services.screening.api import (
    agreement,
    appeals,
    briefings,
    cases,
    conduct_cases,
    criteria,
    decisions,
    flags,
    interviews,
    letters,
    measures,
    oncall,
    queue,
    referee,
    references,
    register,
    renewal,
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
from services.screening.tables import CaseRow
from shared.links import Links
from shared.private_reads import Intake
from shared.service import Service
from shared.standing import kept_in

DOORS = (
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
        clearances=kept_in(CaseRow, CaseRow.suspended_at.is_(None), kind="kind"),
        links=Links.from_file(settings.link_secret_file),
    )
    service.sessions.configure(info={HOURS_PER_MESSAGE: settings.hours_per_message})
    service.senders.append(facts(service.sessions, Intake(settings.intake_url, settings.service_token)))
    return service
