"""Every route of intake, with who may call it at the site net.af.kabul."""

from dataclasses import dataclass, field
from typing import Any

from shared.access import Role
from tests.service.intake.consenting import ALLOWED, GUARDIAN, PARENT, SAID
from tests.service.intake.knowing import CLAIM
from tests.service.intake.scenes import (
    CARD,
    DAYS,
    DOCUMENT,
    MENTOR,
    NOTE,
    OFFERING,
    OPEN,
    PLACES,
    PROFILE,
    SITE,
    TALK,
    TICK,
    batch,
    roster_row,
)

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


NOBODY = "01985b3e-7a10-7000-8000-0000000000ff"
"""An id that nothing has."""
HERE = {"site": SITE}
HELD = {"authority": "Disclosure Scotland", "number": "123", "valid_until": "2028-03-01"}
SEEN = {"If-Match": "*"}
WISHES = {"same-gender": {"en": "Somebody of my gender"}}
ROUTES: dict[str, Case] = {
    "PUT /places/{site}": Case(f"/places/{SITE}", ADMINISTRATOR, PLACES[SITE], site="net.af"),
    "GET /places/{site}": Case(f"/places/{SITE}", ALL),
    "GET /places": Case("/places", ALL, is_list=True),
    "GET /places/{site}/policy": Case(f"/places/{SITE}/policy", ALL),
    "PUT /places/{site}/policy": Case(f"/places/{SITE}/policy", ADMINISTRATOR, {"months": 3}, headers=SEEN),
    "GET /programmes/{programme}/policy": Case("/programmes/local/policy", ALL),
    "PUT /programmes/{programme}/policy": Case("/programmes/local/policy", ADMINISTRATOR, {"months": 3}, headers=SEEN),
    "GET /offerings/{offering}/policy": Case(f"/offerings/{OFFERING}/policy", ALL),
    "PUT /offerings/{offering}/policy": Case(
        f"/offerings/{OFFERING}/policy", ADMINISTRATOR, {"months": 3}, headers=SEEN
    ),
    "PUT /programmes/{programme}": Case(
        "/programmes/local", ADMINISTRATOR, {**HERE, "name": "Local", "type": "adult-adult"}
    ),
    "GET /programmes/{programme}": Case("/programmes/local", ALL),
    "PUT /roles/{role}": Case("/roles/local", ADMINISTRATOR, MENTOR | HERE),
    "GET /roles/{role}": Case("/roles/local", ALL),
    "GET /roles": Case("/roles", ALL, is_list=True),
    "GET /places/{site}/role-templates": Case(f"/places/{SITE}/role-templates", ALL),
    "GET /places/{site}/role-reviews": Case(f"/places/{SITE}/role-reviews", STAFF),
    "GET /places/{site}/readiness": Case(f"/places/{SITE}/readiness", STAFF),
    "PUT /places/{site}/readiness/{item}": Case(f"/places/{SITE}/readiness/access", COORDINATION, TICK),
    "DELETE /places/{site}/readiness/{item}": Case(f"/places/{SITE}/readiness/access", COORDINATION),
    "POST /places/{site}/calendar": Case(f"/places/{SITE}/calendar", COORDINATION, DAYS),
    "GET /places/{site}/calendar": Case(f"/places/{SITE}/calendar", ALL),
    "DELETE /places/{site}/calendar/{entry}": Case(f"/places/{SITE}/calendar/{NOBODY}", COORDINATION),
    "POST /places/{site}/notes": Case(f"/places/{SITE}/notes", COORDINATION, NOTE),
    "GET /places/{site}/notes": Case(f"/places/{SITE}/notes", ALL),
    "DELETE /places/{site}/notes/{note}": Case(f"/places/{SITE}/notes/{NOBODY}", COORDINATION),
    "PUT /offerings/{offering}": Case(f"/offerings/{OFFERING}", ADMINISTRATOR, OPEN),
    "GET /offerings/{offering}": Case(f"/offerings/{OFFERING}", ALL),
    "GET /offerings": Case("/offerings", ALL, is_list=True),
    "PUT /documents/{document}/versions/{version}": Case("/documents/local/versions/1", ADMINISTRATOR, DOCUMENT | HERE),
    "GET /documents": Case("/documents?document=local", ALL, is_list=True),
    "PUT /documents/{document}/versions/{version}/translations/{language}": Case(
        "/documents/local/versions/1/translations/ps", ADMINISTRATOR, {"text": "Be kind."}
    ),
    "GET /documents/{document}/versions/{version}/translations": Case("/documents/local/versions/1/translations", ALL),
    "POST /people": Case("/people", (*COORDINATION, "participant", "facilitator"), {**CARD, **HERE, "email": None}),
    "GET /people/{person}": Case("/people/{person}", COORDINATION, themself=True),
    "PATCH /people/{person}": Case(
        "/people/{person}", COORDINATION, {"language": "ps"}, themself=True, headers={"If-Match": "*"}
    ),
    "PUT /people/{person}/profile": Case("/people/{person}/profile", COORDINATION, PROFILE, themself=True),
    "PUT /people/{person}/about": Case("/people/{person}/about", COORDINATION, {"dislikes": ["calls"]}, themself=True),
    "GET /people/{person}/about": Case("/people/{person}/about", COORDINATION, themself=True),
    "GET /places/{site}/wishes": Case(f"/places/{SITE}/wishes", ALL),
    "PUT /places/{site}/wishes": Case(f"/places/{SITE}/wishes", ADMINISTRATOR, {"wishes": WISHES}, headers=SEEN),
    "PUT /people/{person}/constraints": Case(
        "/people/{person}/constraints", COORDINATION, {"safe_hours": [9]}, themself=True, headers=SEEN
    ),
    "GET /people/{person}/constraints": Case("/people/{person}/constraints", COORDINATION, themself=True),
    "POST /people/{person}/relationships": Case(
        "/people/{person}/relationships", (), {"part": "mentor", "other": NOBODY}, themself=True
    ),
    "GET /people/{person}/relationships": Case("/people/{person}/relationships", COORDINATION, themself=True),
    "POST /people/{person}/relationships/{relationship}/vouching": Case(
        f"/people/{{person}}/relationships/{CLAIM}/vouching", COORDINATION, {"other": GUARDIAN}
    ),
    "POST /people/{person}/relationships/{relationship}/withdrawal": Case(
        f"/people/{{person}}/relationships/{CLAIM}/withdrawal", COORDINATION, themself=True
    ),
    "PUT /people/{person}/particulars": Case(
        "/people/{person}/particulars", COORDINATION, {"lives_in": "AF"}, themself=True
    ),
    "GET /people/{person}/particulars": Case("/people/{person}/particulars", COORDINATION, themself=True),
    "GET /people/{person}/clearances": Case("/people/{person}/clearances", COORDINATION, themself=True),
    "PUT /people/{person}/clearances/{check}": Case("/people/{person}/clearances/record-check", COORDINATION, HELD),
    "DELETE /people/{person}/clearances/{check}": Case("/people/{person}/clearances/pvg-membership", COORDINATION),
    "GET /people/{person}/candidates": Case("/people/{person}/candidates", COORDINATION),
    "GET /people/{person}/profile": Case("/people/{person}/profile", COORDINATION, themself=True),
    "POST /people/{person}/guardians": Case("/people/{person}/guardians", COORDINATION, PARENT),
    "GET /people/{person}/guardians": Case("/people/{person}/guardians", COORDINATION),
    "PUT /people/{person}/guardians/{guardian}": Case(
        f"/people/{{person}}/guardians/{GUARDIAN}", COORDINATION, {**ALLOWED, "verified_how": "document"}
    ),
    "PUT /places/{site}/consent-texts/{purpose}/versions/{version}/{language}": Case(
        f"/places/{SITE}/consent-texts/survey/versions/1/en", ADMINISTRATOR, {"text": "May we ask you questions?"}
    ),
    "GET /places/{site}/consent-texts": Case(f"/places/{SITE}/consent-texts", ALL, is_list=True),
    "POST /people/{person}/consents": Case("/people/{person}/consents", COORDINATION, SAID),
    "GET /people/{person}/consents": Case("/people/{person}/consents", COORDINATION, themself=True),
    "POST /people/{person}/consents/{purpose}/withdrawal": Case(
        "/people/{person}/consents/data/withdrawal", COORDINATION, {"giver": "self", "method": "own-word"}
    ),
    "GET /people/{person}/bases": Case("/people/{person}/bases", COORDINATION, themself=True),
    "PUT /people/{person}/admission": Case("/people/{person}/admission", STAFF, {"needs": ["reading"]}),
    "GET /people/{person}/admission": Case("/people/{person}/admission", STAFF),
    "POST /people/{person}/signatures": Case(
        "/people/{person}/signatures",
        COORDINATION,
        {"document": "conduct", "version": 1, "evidence": {"holder": "Kabul office", "signed_on": "2026-09-01"}},
    ),
    "GET /people/{person}/agreements": Case("/people/{person}/agreements", COORDINATION, themself=True),
    "POST /people/{person}/agreements/{document}/delivery": Case(
        "/people/{person}/agreements/conduct/delivery", COORDINATION, {"language": "en"}, themself=True
    ),
    "GET /documents/{document}/versions/{version}/deliveries": Case(
        "/documents/conduct/versions/1/deliveries", STAFF, is_list=True
    ),
    "POST /stops": Case("/stops", ADMINISTRATOR, {**HERE, "reason": "data-breach"}),
    "GET /stops": Case("/stops", ("administrator", "coordinator", "screener", "moderator"), is_list=True),
    "POST /stops/{stop}/lifting": Case(f"/stops/{NOBODY}/lifting", (), {"reason": "mistaken"}),
    "GET /talks": Case("/talks", STAFF, is_list=True),
    "GET /talks/{talk}": Case(f"/talks/{TALK}", STAFF),
    "POST /talks/{talk}/owner": Case(f"/talks/{TALK}/owner", STAFF),
    "POST /talks/{talk}/closure": Case(f"/talks/{TALK}/closure", STAFF, {"outcome": "clarified"}),
    "POST /applications": Case(
        "/applications", STAFF, {"person": "{person}", "role": "mentor-adult", "offering": OFFERING}, themself=True
    ),
    "POST /drafts": Case(
        "/drafts", STAFF, {"person": "{person}", "role": "local", "offering": OFFERING}, themself=True
    ),
    "GET /offerings/{offering}/form": Case(f"/offerings/{OFFERING}/form?role=local", ALL),
    "GET /offerings/{offering}/pack": Case(f"/offerings/{OFFERING}/pack?role=local", ALL),
    "GET /places/{site}/funnel": Case(f"/places/{SITE}/funnel", STAFF),
    "GET /applications/{application}": Case("/applications/{application}", STAFF, themself=True),
    "GET /applications": Case("/applications", STAFF, themself=True, is_list=True),
    "POST /imports": Case("/imports", COORDINATION, batch(roster_row(1))),
    "POST /internal/address-cards": Case("/internal/address-cards", ("service",), {"people": ["{person}"]}),
    "POST /internal/constraints": Case("/internal/constraints", ("service",), {"people": ["{person}"]}),
    "POST /internal/screening-facts": Case("/internal/screening-facts", ("service",), {"people": ["{person}"]}),
    "POST /internal/matching-profiles": Case("/internal/matching-profiles", ("service",), {"people": ["{person}"]}),
}
