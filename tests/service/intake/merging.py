"""Two records of one person in a small network, and short ways to merge them."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response

from shared.ids import new_id
from tests.service.intake.scenes import CARD, SITE, Start, coordinator, good, network, participant, registered
from tests.support.running import Running

MERGE = "POST /people/{person}/merge"
"""Tested by itself: it succeeds once."""
HERAT = "net.af.herat"


async def two_records(running: Start) -> tuple[Running, UUID, UUID]:
    """A person whom staff registered, and the record that they made themself with the same address."""
    it = await running("intake")
    await network(it)
    kept, given_up = await registered(it, may_mail=True), new_id()
    good(await participant(it, given_up).post("/people", json={**CARD, "site": SITE, "may_mail": True}))
    return it, kept, given_up


async def merge(client: AsyncClient, given_up: UUID, into: UUID, **more: Any) -> Response:
    """Give a record up for another one."""
    return await client.post(f"/people/{given_up}/merge", json={"into": str(into)}, **more)


async def merged(it: Running, given_up: UUID, into: UUID) -> None:
    """It has to succeed."""
    good(await merge(coordinator(it), given_up, into))


async def told(it: Running, name: str) -> list[dict[str, Any]]:
    """The data of the emitted events of one type."""
    return [envelope.data for envelope in await it.emitted() if envelope.type == f"rapport.{name}.v1"]
