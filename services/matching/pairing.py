"""Pairs as rows: what decides on them, their beginning, and their end. People's rows are locked first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.matching import agreements, queries
from services.matching.domain.assignment import Two
from services.matching.domain.pairing import Pair, Party, Refusal, engaged, refusals, standing
from services.matching.domain.pool import Clearance, site_of
from services.matching.tables import OfferingRow, PairRow
from shared.clock import Clock
from shared.contracts import RoleKind
from shared.contracts.matching import PairKind
from shared.ids import new_id
from shared.outbox import emit


@dataclass
class Parties:
    """All that decides on pairing some people of one offering."""

    offering: OfferingRow
    people: dict[UUID, Party]
    other_sites: dict[UUID, str | None]
    paired_before: set[Two]

    def against(self, mentor: UUID, mentee: UUID) -> list[Refusal]:
        """What stands against pairing these two; nothing where they may be paired."""
        before = frozenset((mentor, mentee)) in self.paired_before
        return refusals(self.people[mentor], self.people[mentee], paired_before=before)

    def pair(self, mentor: UUID, mentee: UUID, kind: PairKind) -> Pair:
        """Make a pair, and know of it in what is decided next."""
        engaged(self.people[mentor], self.people[mentee])
        self.paired_before.add(frozenset((mentor, mentee)))
        offering = self.offering
        return Pair(new_id(), offering.offering, offering.site, self.other_sites.get(mentor), kind, mentor, mentee)


async def parties_of(session: AsyncSession, offering: OfferingRow, people: Collection[UUID], clock: Clock) -> Parties:
    """Lock some people, and read what decides on pairing them: two coordinators at once make one pair."""
    await queries.lock_people(session, people)
    today = clock.today()
    clearances = await queries.clearances_for(session, offering.offering, people, still_applying=True)
    profiles = await queries.profiles_of(session, people)
    cleared = standing(clearances, today)
    unsigned = (await agreements.agreed(session, offering.agreement, people)).unsigned(people)
    parties = {
        person: Party(
            person,
            frozenset(role for role in RoleKind if (person, role) in cleared),
            profiles.get(person),
            is_unsigned=person in unsigned,
        )
        for person in people
    }
    for pair in await queries.open_pairs_of(session, people):
        for person in {pair.mentor, pair.mentee} & parties.keys():
            parties[person].pairs += 1
            parties[person].has_mentor_here |= person == pair.mentee and pair.offering == offering.offering
    return Parties(
        offering,
        parties,
        _other_sites(offering, [one for one in clearances if one.role is RoleKind.MENTOR and one.stands(today)]),
        await queries.paired_ever(session, people),
    )


def _other_sites(offering: OfferingRow, clearances: list[Clearance]) -> dict[UUID, str | None]:
    """Where each mentor was cleared, if not at the offering's own site."""
    by_mentor: dict[UUID, list[Clearance]] = {}
    for clearance in clearances:
        by_mentor.setdefault(clearance.person, []).append(clearance)
    sites = {person: site_of(theirs, offering.site) for person, theirs in by_mentor.items()}
    return {person: None if site == offering.site else site for person, site in sites.items()}


async def begin(
    session: AsyncSession, pairs: Collection[Pair], by: str, at: datetime, vouched_by: str | None = None
) -> list[PairRow]:
    """Store new pairs and tell of them."""
    rows = [
        PairRow(
            pair=pair.pair, offering=pair.offering, site=pair.site, other_site=pair.other_site,
            pair_kind=pair.pair_kind, mentor=pair.mentor, mentee=pair.mentee, state="open", matched_at=at,
            matched_by=by, vouched_by=vouched_by,
        )
        for pair in pairs
    ]  # fmt: skip
    session.add_all(rows)
    await session.flush()
    await emit(session, *(pair.matched() for pair in pairs), at=at)
    return rows


async def close(session: AsyncSession, row: PairRow, reason: str, by: str, clock: Clock) -> None:
    """End a pair and tell of it once; what is closed stays as it is."""
    if row.state == "closed":
        return
    row.state, row.closed_on, row.closed_by, row.closure_reason = "closed", clock.today(), by, reason
    await emit(session, told(row).closed(clock.today()), at=clock.now())


def told(row: PairRow) -> Pair:
    """What is told of a stored pair."""
    kind: PairKind = "nominated" if row.pair_kind == "nominated" else "assigned"
    return Pair(row.pair, row.offering, row.site, row.other_site, kind, row.mentor, row.mentee)
