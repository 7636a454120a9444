"""The composition root of intake: the only place that wires its parts."""

from services.intake import handlers
from services.intake.api import applications, documents, imports, network, people, reads, signatures
from services.intake.settings import Settings
from shared.service import Service


def build(settings: Settings | None = None) -> Service:
    """Intake, ready to run."""
    routers = [module.router for module in (network, documents, people, signatures, applications, imports, reads)]
    return Service("intake", settings or Settings(), routers=routers, handlers=handlers.events)
