"""The composition root of screening: the only place that wires its parts."""

from services.screening import handlers, timers
from services.screening.activity import HOURS_PER_MESSAGE
from services.screening.api import (
    adverse_action,
    agreement,
    appeals,
    briefings,
    cases,
    conduct_cases,
    criteria,
    decisions,
    flags,
    incidents,
    interviews,
    letters,
    measures,
    oncall,
    onsite,
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
    vendor_orders,
    vendor_reports,
    waiting,
)
from services.screening.domain.signatures import keys_from
from services.screening.domain.vendors import served_from
from services.screening.ordering import KEYS, SERVED
from services.screening.senders import facts
from services.screening.settings import Settings
from services.screening.tables import CaseRow
from services.screening.vendor import Vendor, vendor_calls
from shared.law import law
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
    incidents,
    oncall,
    register,
    vendor_orders,
    vendor_reports,
    adverse_action,
    waiting,
    onsite,
)


def build(settings: Settings | None = None) -> Service:
    """Screening, ready to run."""
    settings = settings or Settings()
    law()  # read before the first case waits for it
    service = Service(
        "screening",
        settings,
        routers=[each.router for each in DOORS],
        handlers=handlers.events,
        rules=timers.rules,
        clearances=kept_in(CaseRow, CaseRow.suspended_at.is_(None), kind="kind"),
        links=Links.from_file(settings.link_secret_file),
    )
    keys = keys_from(settings.vendor_key_file.read_bytes()) if settings.vendor_key_file else ()
    known = {HOURS_PER_MESSAGE: settings.hours_per_message, SERVED: served_from(settings.vendor_checks), KEYS: keys}
    service.sessions.configure(info=known)
    service.senders.append(facts(service.sessions, Intake(settings.intake_url, settings.service_token)))
    if settings.vendor_url and keys:
        vendor = Vendor(settings.vendor_url, keys)
        service.senders.append(vendor_calls(service.sessions, service.clock, vendor))
    return service
