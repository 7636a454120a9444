"""Short ways to say that one knows somebody."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response
from sqlalchemy import update

from services.intake.tables import RelationshipRow
from tests.service.intake.scenes import good, participant
from tests.support.running import Running

CLAIM = "01985b3e-7a10-7000-8000-0000000000fb"


async def claim(client: AsyncClient, person: UUID, part: str, **named: Any) -> Response:
    """A person says that they know somebody."""
    return await client.post(f"/people/{person}/relationships", json={"part": part, **named})


async def claimed(it: Running, person: UUID, other: str) -> None:
    """A claim under the id `CLAIM`."""
    good(await claim(participant(it, person), person, "mentee", other=other))
    async with it.service.sessions.begin() as session:
        await session.execute(update(RelationshipRow).values(relationship=UUID(CLAIM)))
