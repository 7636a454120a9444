"""The composition root of intake: the only place that wires its parts."""

from services.intake import handlers, timers
from services.intake.api import (
    about,
    admissions,
    agreements,
    applications,
    catalogue,
    consent_texts,
    consents,
    constraints,
    deliveries,
    documents,
    drafts,
    forms,
    funnel,
    guardians,
    held,
    imports,
    local,
    merges,
    network,
    outcomes,
    particulars,
    people,
    places,
    policies,
    readiness,
    reads,
    relationships,
    roles,
    signatures,
    stops,
    talks,
    translations,
)
from services.intake.settings import Settings
from services.intake.tables import ClearanceRow
from shared.links import Links
from shared.service import Service
from shared.standing import kept_in


def build(settings: Settings | None = None) -> Service:
    """Intake, ready to run."""
    settings = settings or Settings()
    modules = (
        places,
        policies,
        documents,
        translations,
        roles,
        catalogue,
        readiness,
        local,
        network,
        stops,
        people,
        about,
        constraints,
        relationships,
        merges,
        particulars,
        held,
        guardians,
        consent_texts,
        consents,
        admissions,
        signatures,
        forms,
        agreements,
        deliveries,
        talks,
        applications,
        drafts,
        outcomes,
        funnel,
        imports,
        reads,
    )
    routers = [module.router for module in modules]
    links = Links.from_file(settings.link_secret_file)
    return Service(
        "intake",
        settings,
        routers=routers,
        handlers=handlers.events,
        rules=timers.rules,
        links=links,
        clearances=kept_in(ClearanceRow),
    )
