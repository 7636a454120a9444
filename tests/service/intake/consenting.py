"""A child, guardians, and short ways to agree and to take it back."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response

from shared.ids import new_id
from tests.service.intake.scenes import CARD, SITE, administrator, coordinator, good, participant, registered
from tests.support.running import Running

GUARDIAN = "01985b3e-7a10-7000-8000-0000000000aa"
"""The id of a guardian who has an address card of their own."""
PARENT = {"kind": "parent", "card": {"name": "Zahra", "phone": "+93 700 000 000"}}
ALLOWED = {"kind": "parent", "may_consent": True, "may_be_told": True}
NO_CONTACT = {"kind": "parent", "may_consent": False, "may_be_told": False, "no_contact": True}
TOLD_ONLY = {"kind": "parent", "may_consent": False, "may_be_told": True}
SAID = {
    "purpose": "take-part", "version": 1, "language": "en",
    "evidence": {"giver": "self", "method": "own-word", "given_on": "2026-11-01"},
}  # fmt: skip
PURPOSES = ("take-part", "data", "photo-profile", "photo-public", "survey", "offline-event")
BORN_TEN_YEARS_AGO = "2016-05-01"


async def texts(it: Running, *, version: int = 1, site: str = "net") -> None:
    """The administrator publishes what people agree to."""
    for purpose in PURPOSES:
        path = f"/places/{site}/consent-texts/{purpose}/versions/{version}/en"
        good(await administrator(it).put(path, json={"text": f"{purpose}, version {version} of {site}"}))


async def known_guardian(it: Running, child: UUID) -> None:
    """A guardian who is registered here, added to a child."""
    card = {**CARD, "site": SITE, "email": "guardian@example.org"}
    good(await participant(it, UUID(GUARDIAN)).post("/people", json=card))
    body = {"guardian": GUARDIAN, "kind": "parent"}
    good(await coordinator(it).post(f"/people/{child}/guardians", json=body))


async def child(it: Running, born_on: str | None = BORN_TEN_YEARS_AGO, **particulars: Any) -> UUID:
    """Somebody young, whom staff registered, where texts are published."""
    await texts(it)
    person = await registered(it)
    if born_on:
        told = {"born_on": born_on, **particulars}
        good(await coordinator(it).put(f"/people/{person}/particulars", json=told))
    return person


async def guardian(it: Running, of: UUID, *, verified: bool = True, **may: Any) -> UUID:
    """A guardian of a child; verified and allowed to agree where nothing else is said."""
    added = good(await coordinator(it).post(f"/people/{of}/guardians", json=PARENT))
    who = UUID(added["guardian"])
    body = {**ALLOWED, **may, "verified_how": "document" if verified else None}
    good(await coordinator(it).put(f"/people/{of}/guardians/{who}", json=body))
    return who


def by(it: Running, who: UUID) -> AsyncClient:
    """A guardian's own token: it grants nothing."""
    return it.client(person=who)


async def agree(client: AsyncClient, person: UUID, purpose: str, **more: Any) -> Response:
    """Agree to the text in force."""
    body = {"purpose": purpose, "version": 1, "language": "en", **more}
    return await client.post(f"/people/{person}/consents", json=body)


async def take_back(client: AsyncClient, person: UUID, purpose: str, **more: Any) -> Response:
    """Take a consent back."""
    return await client.post(f"/people/{person}/consents/{purpose}/withdrawal", json=more)


async def consent(it: Running, person: UUID, purpose: str) -> dict[str, Any]:
    """A consent as staff see it."""
    items = good(await coordinator(it).get(f"/people/{person}/consents"))["items"]
    (found,) = [item for item in items if item["purpose"] == purpose]
    return dict(found)


def paper(of: UUID | None = None, **more: Any) -> dict[str, Any]:
    """Evidence of a guardian's form, or of a child's own word."""
    if of:
        return {"evidence": {"giver": "guardian", "guardian": str(of), "method": "signed-form",
                             "holder": "The school", "given_on": "2026-11-01", **more}}  # fmt: skip
    return {"evidence": {"giver": "self", "method": "own-word", "given_on": "2026-11-01", **more}}


async def consents_told(it: Running) -> list[tuple[str, str]]:
    """(purpose, given or withdrawn) of every consent event, oldest first."""
    found = [each for each in await it.emitted() if each.subject.startswith("consent/")]
    return [(each.data["purpose"], each.type.split(".")[2]) for each in found]


def nobody() -> UUID:
    """An id that nothing has."""
    return new_id()
