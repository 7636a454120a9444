"""The composition root of matching: the only place that wires its parts."""

from services.matching import handlers
from services.matching.api import nominations, pairs, pool, runs, styles
from services.matching.senders import profiles
from services.matching.settings import Settings
from services.matching.tables import ClearanceRow
from shared.private_reads import Intake
from shared.service import Service
from shared.standing import kept_in


def build(settings: Settings | None = None) -> Service:
    """Matching, ready to run."""
    settings = settings or Settings()
    service = Service(
        "matching",
        settings,
        routers=[runs.router, nominations.router, pairs.router, styles.router, pool.router],
        handlers=handlers.events,
        clearances=kept_in(ClearanceRow),
    )
    service.senders.append(profiles(service.sessions, Intake(settings.intake_url, settings.service_token)))
    return service
