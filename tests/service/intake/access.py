"""Every route of intake, with who may call it at the site net.af.kabul."""

from dataclasses import dataclass, field
from typing import Any

from shared.access import Role
from tests.service.intake.scenes import CARD, DOCUMENT, MENTOR, OFFERING, OPEN, PLACES, PROFILE, SITE, batch, roster_row

ADMINISTRATOR: tuple[Role, ...] = ("administrator",)
COORDINATION: tuple[Role, ...] = ("administrator", "coordinator")
STAFF: tuple[Role, ...] = ("administrator", "coordinator", "screener")
ALL: tuple[Role, ...] = (
    "administrator", "coordinator", "screener", "moderator", "facilitator", "participant", "service", "operator",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A call that is good for some roles at `site`. `themself`: also for the person it is about."""

    path: str
    roles: tuple[Role, ...]
    body: dict[str, Any] | None = None
    site: str = SITE
    themself: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    is_list: bool = False


HERE = {"site": SITE}
ROUTES: dict[str, Case] = {
    "PUT /places/{site}": Case(f"/places/{SITE}", ADMINISTRATOR, PLACES[SITE], site="net.af"),
    "GET /places/{site}": Case(f"/places/{SITE}", ALL),
    "GET /places": Case("/places", ALL, is_list=True),
    "PUT /programmes/{programme}": Case(
        "/programmes/local", ADMINISTRATOR, {**HERE, "name": "Local", "type": "adult-adult"}
    ),
    "GET /programmes/{programme}": Case("/programmes/local", ALL),
    "PUT /roles/{role}": Case("/roles/local", ADMINISTRATOR, MENTOR | HERE),
    "GET /roles/{role}": Case("/roles/local", ALL),
    "PUT /offerings/{offering}": Case(f"/offerings/{OFFERING}", ADMINISTRATOR, OPEN),
    "GET /offerings/{offering}": Case(f"/offerings/{OFFERING}", ALL),
    "GET /offerings": Case("/offerings", ALL, is_list=True),
    "PUT /documents/{document}/versions/{version}": Case("/documents/local/versions/1", ADMINISTRATOR, DOCUMENT | HERE),
    "GET /documents": Case("/documents?document=local", ALL, is_list=True),
    "POST /people": Case("/people", (*COORDINATION, "participant", "facilitator"), {**CARD, **HERE, "email": None}),
    "GET /people/{person}": Case("/people/{person}", COORDINATION, themself=True),
    "PATCH /people/{person}": Case(
        "/people/{person}", COORDINATION, {"language": "ps"}, themself=True, headers={"If-Match": "*"}
    ),
    "PUT /people/{person}/profile": Case("/people/{person}/profile", COORDINATION, PROFILE, themself=True),
    "GET /people/{person}/profile": Case("/people/{person}/profile", COORDINATION, themself=True),
    "POST /people/{person}/signatures": Case(
        "/people/{person}/signatures",
        COORDINATION,
        {"document": "conduct", "version": 1, "evidence": {"holder": "Kabul office", "signed_on": "2026-09-01"}},
    ),
    "POST /applications": Case(
        "/applications", STAFF, {"person": "{person}", "role": "mentor-adult", "offering": OFFERING}, themself=True
    ),
    "GET /applications/{application}": Case("/applications/{application}", STAFF, themself=True),
    "GET /applications": Case("/applications", STAFF, themself=True, is_list=True),
    "POST /imports": Case("/imports", COORDINATION, batch(roster_row(1))),
    "POST /internal/address-cards": Case("/internal/address-cards", ("service",), {"people": ["{person}"]}),
    "POST /internal/matching-profiles": Case("/internal/matching-profiles", ("service",), {"people": ["{person}"]}),
}
