"""Short ways through a form: begin, answer, read the pack, submit."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient

from tests.service.intake.scenes import OFFERING, Start, good, network, participant, registered
from tests.support.running import Running

AS_MENTOR = {"role": "mentor-adult", "offering": OFFERING}
AS_MENTEE = {"role": "mentee-adult", "offering": OFFERING}
MENTOR_ANSWERS: dict[str, Any] = {
    "weekly_hours": 1.5,
    "months": 12,
    "zone": "Asia/Kabul",
    "free_hours": [18, 19],
    "languages": ["fa-AF", "en"],
    "skills": ["writing"],
    "motivation": "I was helped once.\nNow I want to help.",
    "born_on": "1990-05-01",
    "lives_in": "AF",
}
MENTEE_ANSWERS: dict[str, Any] = {
    "weekly_hours": 1.0, "languages": ["fa-AF"], "goals": ["reports"], "born_on": "2000-05-01", "lives_in": "AF",
}  # fmt: skip


async def started(running: Start, **settings: Any) -> tuple[Running, UUID]:
    """The small network, and somebody registered in it."""
    it = await running("intake", **settings)
    await network(it)
    return it, await registered(it)


async def begun(http: AsyncClient, asked: dict[str, Any] = AS_MENTOR) -> str:
    """A draft."""
    return str(good(await http.post("/drafts", json=asked))["application"])


async def answer(http: AsyncClient, application: str, **answers: Any) -> dict[str, Any]:
    """Give some answers."""
    found: dict[str, Any] = good(await http.patch(f"/applications/{application}/answers", json={"answers": answers}))[
        "answers"
    ]
    return found


async def read_pack(http: AsyncClient, application: str, asked: dict[str, Any] = AS_MENTOR) -> str:
    """Read the pack and say so; its hash."""
    pack = good(await http.get(f"/offerings/{asked['offering']}/pack", params={"role": asked["role"]}))
    good(await http.post(f"/applications/{application}/pack", json={"sha256": pack["sha256"]}))
    return str(pack["sha256"])


async def sent(http: AsyncClient, asked: dict[str, Any] = AS_MENTOR, **answers: Any) -> dict[str, Any]:
    """The whole way from the draft to the submission."""
    application = await begun(http, asked)
    usual = MENTOR_ANSWERS if asked["role"] == AS_MENTOR["role"] else MENTEE_ANSWERS
    await answer(http, application, **(usual | answers))
    await read_pack(http, application, asked)
    found: dict[str, Any] = good(await http.post(f"/applications/{application}/submission"))
    return found


async def signed(it: Running, person: UUID) -> None:
    """The person signs the conduct document."""
    sign = {"document": "conduct", "version": "1"}
    good(await participant(it, person).post(f"/people/{person}/signatures", json=sign))
