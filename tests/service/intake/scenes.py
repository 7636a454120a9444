"""A small network for the tests of intake, and short ways to put people into it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response
from sqlalchemy import update

from services.intake.domain.readiness import TICKED
from services.intake.tables import TalkRow
from tests.support.running import Running

Start = Callable[..., Awaitable[Running]]
"""The fixture `running`."""

TALK = "01985b3e-7a10-7000-8000-0000000000fa"
SITE = "net.af.kabul"
OFFERING = f"first-steps@{SITE}"
TEXT = "Be kind.\nKeep what you hear to yourself.\n"

PLACES: dict[str, dict[str, Any]] = {
    "net": {"place": "network", "name": "The network", "zone": "UTC", "languages": ["en"]},
    "net.af": {"place": "organisation", "name": "Afghanistan", "zone": "Asia/Kabul", "country": "AF"},
    SITE: {"place": "site", "name": "Kabul", "zone": "Asia/Kabul", "country": "AF", "languages": ["fa-AF", "ps", "en"]},
    "net.af.herat": {
        "place": "site",
        "name": "Herat",
        "zone": "Asia/Kabul",
        "country": "AF",
        "languages": ["fa-AF", "en"],
    },
}
DOCUMENT = {"site": "net", "language": "en", "text": TEXT}
PROGRAMME = {"site": "net", "name": "First steps", "type": "adult-adult"}
WRITTEN = {"description": "Writes about one hour a week.", "review_on": "2027-11-01"}
MENTOR = {"site": "net", "kind": "mentor", "title": "Mentor", "risks": ["one-on-one", "knows-volunteers"], **WRITTEN}
MENTEE = {"site": "net", "kind": "mentee", "title": "Mentee", "risks": [], **WRITTEN}
TICK = {"ticked_by": "Laila Azizi", "ticked_on": "2026-10-01", "who": "Omid Karimi"}
DAYS = {"starts": "2026-12-01", "ends": "2026-12-03", "reason": "internet-shutdown"}
NOTE = {"language": "en", "text": "Exams begin on Monday.", "until": "2026-12-10"}
OPEN = {"is_open": True, "document": "conduct"}

PUTS: list[tuple[str, dict[str, Any]]] = [
    *((f"/places/{site}", place) for site, place in PLACES.items()),
    ("/documents/conduct/versions/1", DOCUMENT),
    ("/programmes/first-steps", PROGRAMME),
    ("/roles/mentor-adult", MENTOR),
    ("/roles/mentee-adult", MENTEE),
    *((f"/places/{site}/readiness/{item}", TICK) for site in (SITE, "net.af.herat") for item in TICKED),
    (f"/offerings/{OFFERING}", OPEN),
]

PROFILE: dict[str, Any] = {
    "languages": ["fa-AF", "en"],
    "skills": ["writing"],
    "goals": ["reports"],
    "weekly_hours": 1.5,
    "zone": "Asia/Kabul",
    "free_hours": [18, 19, 20],
}
CARD = {"name_to_use": "Parwana", "email": "parwana@example.org", "language": "fa-AF", "zone": "Asia/Kabul"}


def administrator(it: Running) -> AsyncClient:
    """The network's administrator."""
    return it.client(role="administrator", site="net")


def coordinator(it: Running, site: str = SITE) -> AsyncClient:
    """A coordinator of a site."""
    return it.client(role="coordinator", site=site)


def participant(it: Running, person: UUID, site: str = SITE) -> AsyncClient:
    """A person with their own token."""
    return it.client(role="participant", site=site, person=person)


def facilitator(it: Running, person: UUID, site: str = SITE) -> AsyncClient:
    """A facilitator of a site."""
    return it.client(role="facilitator", site=site, person=person)


def good(response: Response) -> Any:
    """The JSON of a good answer."""
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json()


async def network(it: Running) -> None:
    """Put the small network."""
    for path, body in PUTS:
        good(await administrator(it).put(path, json=body))


async def registered(it: Running, **card: Any) -> UUID:
    """Somebody whom the site's coordinator registered."""
    body = {**CARD, "site": SITE, **card}
    return UUID(good(await coordinator(it, body["site"]).post("/people", json=body))["person"])


async def types(it: Running) -> list[str]:
    """What was emitted since the small network stood, by the names of the events; agreements have their own tests."""
    names = [event.type.removeprefix("rapport.").removesuffix(".v1") for event in await it.emitted()]
    return [name for name in names[len(PLACES) + 5 :] if name != "agreement.signed"]


async def with_talk(it: Running) -> UUID:
    """Somebody signed with a question, so that a talk is open under the id `TALK`."""
    person = await registered(it, email="asks@example.org")
    asks = {"document": "conduct", "version": "1", "answers": [{"clause": "1", "answer": "question"}]}
    good(await participant(it, person).post(f"/people/{person}/signatures", json=asks))
    async with it.service.sessions.begin() as session:
        await session.execute(update(TalkRow).values(talk=UUID(TALK)))
    return person


def roster_row(number: int, **fields: Any) -> dict[str, Any]:
    """A row of a roster."""
    card = {"name_to_use": f"Person {number}", "email": f"person{number}@example.org"}
    return {"row": number, "key": f"k{number}", **CARD, **card, "profile": PROFILE, **fields}


def batch(*rows: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A batch of rows."""
    head = {"site": SITE, "role": "mentor-adult", "offering": OFFERING, "source": "mentors-2026"}
    return {**head, "rows": list(rows), **fields}


def held(version: int = 1) -> dict[str, Any]:
    """A paper that somebody keeps."""
    return {"document": "conduct", "version": version, "signed_on": "2026-09-01", "holder": "Kabul office"}
