"""The composition root of messaging: the only place that wires its parts."""

from services.messaging import handlers, timers
from services.messaging.api import away, concerns, conversations, debts, kept, messages
from services.messaging.settings import Settings
from services.messaging.tables import ClearanceRow
from shared.service import Service
from shared.standing import kept_in


def build(settings: Settings | None = None) -> Service:
    """Messaging, ready to run."""
    return Service(
        "messaging",
        settings or Settings(),
        routers=[conversations.router, messages.router, kept.router, debts.router, away.router, concerns.router],
        handlers=handlers.events,
        rules=timers.rules,
        clearances=kept_in(ClearanceRow),
    )
