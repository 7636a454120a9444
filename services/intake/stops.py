"""Stops as rows: which offerings one reaches, and when each was stopped."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.places import above
from services.intake.domain.stops import Reach, stops_at
from services.intake.tables import OfferingRow, StopRow
from shared.access import within
from shared.contracts.intake import Stop


async def stops_of(session: AsyncSession, offerings: Collection[OfferingRow]) -> dict[str, list[Stop]]:
    """When each offering was stopped; whoever changes that holds their rows."""
    sites = {site for row in offerings for site in above(row.site)}
    rows = await session.scalars(select(StopRow).where(StopRow.site.in_(sites)).order_by(StopRow.stop))
    reaches = [Reach(row.site, row.programme, row.stopped_at, row.lifted_at) for row in rows]
    return {row.offering: stops_at(row.offering, reaches) for row in offerings}


async def reached(session: AsyncSession, site: str, programme: str | None) -> list[OfferingRow]:
    """The offerings at and below a place, of one programme or of all, held until the commit."""
    rows = select(OfferingRow).where(within(OfferingRow.site, [site])).order_by(OfferingRow.offering)
    if programme:
        rows = rows.where(OfferingRow.programme == programme)
    return list(await session.scalars(rows.with_for_update(key_share=True)))
