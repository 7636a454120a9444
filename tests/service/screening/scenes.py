"""Short ways to ask screening about its one case."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.screening.senders import CHANGED, store
from services.screening.tables import ActRow, FactsRow
from shared.access import Role
from shared.contracts.reads import ScreeningFacts
from tests.service.screening.story import SITE, identity
from tests.support.running import Running

PERSON = identity(1)
CLEAR = {"decision": "clear", "criterion": "volunteer-suitable"}
DECLINE = {"decision": "decline", "criterion": "volunteer-no-time"}

NEW_SET: dict[str, Any] = {
    "network": "net",
    "programme": "first-steps",
    "criteria": [
        {"criterion": name, "for_mentee": whom == "mentee", "clears": category == "suitable", "category": category,
         "text": "What this programme asks for."}
        for whom in ("volunteer", "mentee")
        for category, name in (("suitable", f"{whom}-fits"), ("safety", f"{whom}-harm"), ("skill", f"{whom}-skill"))
    ],
}  # fmt: skip
"""A set of criteria of the story's programme."""


async def only_case(it: Running) -> dict[str, Any]:
    """The one case."""
    async with it.client(role="screener", site=SITE) as http:
        (case,) = (await http.get("/cases")).json()["items"]
        found: dict[str, Any] = case
        return found


async def post(it: Running, path: str, body: dict[str, Any], person: UUID | None = None) -> tuple[int, dict[str, Any]]:
    """What a screener's POST to the case is answered."""
    case = await only_case(it)
    async with it.client(role="screener", site=SITE, person=person) as http:
        answer = await http.post(f"/cases/{case['clearance']}/{path}", json=body)
        return answer.status_code, answer.json()


async def seen(it: Running, person: UUID | None = None, role: Role = "screener") -> dict[str, Any]:
    """The one case as somebody sees it."""
    case = await only_case(it)
    async with it.client(role=role, site=SITE, person=person) as http:
        found: dict[str, Any] = (await http.get(f"/cases/{case['clearance']}")).json()
        return found


async def know(it: Running, **facts: Any) -> None:
    """Intake is read: what it knows of everybody whose facts are wanted."""
    told = {"age": None, "lives_in": None, "resident": None, "held": [], "until": "2099-01-01"} | facts
    async with it.service.sessions.begin() as session:
        wanted = select(FactsRow.person, FactsRow.sequence).where(CHANGED)
        asked = {row.person: row.sequence for row in await session.execute(wanted)}
        await store(session, asked, {person: ScreeningFacts(person=person, **told) for person in asked})


async def pass_all(it: Running, **more: Any) -> None:
    """Every check passes, and nothing is left to be read of the person."""
    await know(it)
    required = (await only_case(it))["required"]
    results = [{"check": check, "outcome": "passed", **more} for check in required]
    status, _ = await post(it, "results", {"results": results})
    assert status == 200


async def types(it: Running) -> list[str]:
    """The types of the events emitted."""
    return [envelope.type.removeprefix("rapport.") for envelope in await it.emitted()]


async def acts(it: Running) -> list[str]:
    """What was done, oldest first."""
    async with it.service.sessions() as session:
        return list(await session.scalars(select(ActRow.kind).order_by(ActRow.act)))
