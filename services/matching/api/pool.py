"""The pool of an offering: who could be paired, and why others cannot now."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.matching import queries
from services.matching.domain.pairing import available
from services.matching.domain.pool import Candidate as Known
from services.matching.domain.pool import Unavailable
from services.matching.visibility import offering_for
from shared.access import CallerDep
from shared.contracts import OfferingId, RoleKind
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


class Candidate(BaseModel):
    """Somebody of the pool. `places`: how many pairs they may enter now; `reason`: why none. No profile is shown."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    role: RoleKind
    site: str
    pairs: int
    places: int
    reason: Unavailable | None
    waiting_days: int


class Counts(BaseModel):
    """The whole pool in numbers. `unavailable` counts people by reason."""

    mentors: int
    mentees: int
    places: int
    unavailable: dict[Unavailable, int]


class Pool(Page[Candidate]):
    """A page of the pool, and the counts of all of it on `today` (domain time)."""

    offering: str
    today: date
    counts: Counts


@router.get("/pool")
async def read_pool(
    offering: OfferingId,
    session: SessionDep,
    caller: CallerDep,
    clock: ClockDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    role: Literal["mentor", "mentee"] | None = None,
) -> Pool:
    """Who waits in an offering; mentees first, then by id."""
    place = await offering_for(session, caller, offering)
    everybody = await queries.pool_of(session, place, clock.today())
    start = decode_cursor(cursor, str, UUID) if cursor else ("", UUID(int=0))
    rest = [one for one in everybody if (one.role, one.person) > start and role in (None, one.role)]
    items = [Candidate.model_validate(one) for one in rest[:limit]]
    return Pool(
        items=items,
        next=encode_cursor(items[-1].role, items[-1].person) if len(rest) > limit else None,
        offering=offering,
        today=clock.today(),
        counts=_counts(everybody),
    )


def _counts(everybody: list[Known]) -> Counts:
    reasons = [one.reason for one in everybody if one.reason]
    mentors = available(everybody, RoleKind.MENTOR)
    return Counts(
        mentors=len(mentors),
        mentees=len(available(everybody, RoleKind.MENTEE)),
        places=sum(mentor.places for mentor in mentors),
        unavailable={reason: reasons.count(reason) for reason in sorted(set(reasons))},
    )
