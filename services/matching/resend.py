"""How matching tells its current state anew (`rapport events resend`)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.pairing import told
from services.matching.tables import PairRow
from shared.contracts.matching import MatchingResent, PairClosed, PairMatched
from shared.outbox.resend import Batch, Current, Resends

resends = Resends("matching", MatchingResent)


@resends.family(PairMatched, PairClosed)
async def pairs(session: AsyncSession, batch: Batch) -> Sequence[Current]:
    """Every pair, as of its confirmation; of a closing the day is known, not the moment."""
    rows = await session.scalars(batch.locked(select(PairRow), PairRow.pair, PairRow.site))
    return [
        Current(row.pair, told(row).closed(row.closed_on))
        if row.closed_on
        else Current(row.pair, told(row).matched(), row.matched_at)
        for row in rows
    ]
