"""The composition root of intake: the only place that wires its parts."""

from services.intake import handlers
from services.intake.api import (
    applications,
    catalogue,
    documents,
    imports,
    local,
    network,
    particulars,
    people,
    places,
    policies,
    readiness,
    reads,
    roles,
    signatures,
)
from services.intake.settings import Settings
from shared.service import Service


def build(settings: Settings | None = None) -> Service:
    """Intake, ready to run."""
    modules = (
        places,
        policies,
        documents,
        roles,
        catalogue,
        readiness,
        local,
        network,
        people,
        particulars,
        signatures,
        applications,
        imports,
        reads,
    )
    routers = [module.router for module in modules]
    return Service("intake", settings or Settings(), routers=routers, handlers=handlers.events)
