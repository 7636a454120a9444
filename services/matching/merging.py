"""Two records of one person as rows: pairs follow, but for those that one person cannot have twice."""

from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching import pairing, queries
from services.matching.domain.pairing import Running, doubled
from services.matching.tables import AgreementRow, Base, PairRow, ProfileRow, ProposalRow
from shared.clock import Clock
from shared.contracts.intake import PersonMerged
from shared.merging import note_merged, repoint

LEFT_AS_THEY_ARE = ("proposal", "left_out")
"""What a run was given and what came out of it."""
SETTLED_BEFORE = ("pair", "profile", "agreement")
REASON = "The records of two people were one person's, who cannot be in this pair, too."


async def merge(session: AsyncSession, event: PersonMerged, clock: Clock) -> None:
    """Give a person the pairs of a record that was given up for theirs."""
    await note_merged(session, event)
    given_up, person = event.given_up, event.person
    await queries.lock_people(session, [given_up, person])
    rows = select(PairRow).where(or_(*(column.in_((given_up, person)) for column in (PairRow.mentor, PairRow.mentee))))
    pairs = {row.pair: row for row in await session.scalars(rows.order_by(PairRow.pair).with_for_update())}
    running = [
        Running(row.pair, row.offering, row.mentor, row.mentee, row.matched_at)
        for row in pairs.values()
        if row.state == "open"
    ]
    for pair in doubled(running, given_up, person):
        await pairing.close(session, pairs[pair], REASON, "matching", clock)
    await session.flush()
    await _repoint_pairs(session, given_up, person)
    theirs = or_(ProposalRow.mentor == given_up, ProposalRow.mentee == given_up)
    replaced = update(ProposalRow).where(theirs, ProposalRow.state == "pending").values(state="replaced")
    await session.execute(replaced)
    await session.execute(delete(ProfileRow).where(ProfileRow.person == given_up))
    await session.execute(delete(AgreementRow).where(AgreementRow.person == given_up))
    await session.execute(update(ProfileRow).where(ProfileRow.person == person).values(state="stale"))
    await repoint(session, Base.metadata, event, but=(*LEFT_AS_THEY_ARE, *SETTLED_BEFORE))


async def _repoint_pairs(session: AsyncSession, given_up: UUID, person: UUID) -> None:
    """A pair of the two records themselves stays as it was told: nobody is paired with themself."""
    for mine, other in ((PairRow.mentor, PairRow.mentee), (PairRow.mentee, PairRow.mentor)):
        rows = update(PairRow).where(mine == given_up, other != person).values({mine.key: person})
        await session.execute(rows)
    for name in ("matched_by", "vouched_by", "closed_by"):
        column = getattr(PairRow, name)
        await session.execute(update(PairRow).where(column == str(given_up)).values({name: str(person)}))
