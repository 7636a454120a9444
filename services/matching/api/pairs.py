"""Pairs: reading them, and closing them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import or_, select

from services.matching import agreements, pairing, queries
from services.matching.domain.pairing import is_frozen, members, standing
from services.matching.tables import PairRow
from services.matching.visibility import pair_for, sees_private_notes, visible_to
from shared.access import Caller, CallerDep
from shared.contracts import OfferingId
from shared.contracts.matching import Member, PairKind
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)

FreeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
"""A few words of a person; kept here, told nobody but the staff of the pair's site."""


class Pair(BaseModel):
    """Two people. `frozen`: messages stop, since a clearance does not stand, or a signature does not count any more.

    `started_on` and `hours_before`: of a pair that ran elsewhere before.
    """

    model_config = ConfigDict(from_attributes=True)

    pair: UUID
    offering: str
    site: str
    other_site: str | None
    pair_kind: PairKind
    state: Literal["open", "closed"]
    frozen: bool
    members: list[Member]
    matched_at: datetime
    started_on: date | None
    hours_before: float | None
    closed_on: date | None


class OnePair(Pair):
    """A pair with what is for the staff of its site alone; None for everybody else."""

    vouched_by: str | None
    closure_reason: str | None


class Closure(BaseModel):
    """Why a pair ends."""

    model_config = ConfigDict(extra="forbid")

    reason: FreeText


@router.get("/pairs")
async def list_pairs(
    session: SessionDep,
    caller: CallerDep,
    clock: ClockDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    offering: OfferingId | None = None,
    person: UUID | None = None,
    state: Literal["open", "closed"] | None = None,
) -> Page[Pair]:
    """The caller's own pairs, and for staff those at their sites; newest first."""
    rows = select(PairRow).where(visible_to(caller)).order_by(PairRow.pair.desc()).limit(limit + 1)
    if offering:
        rows = rows.where(PairRow.offering == offering)
    if person:
        rows = rows.where(or_(PairRow.mentor == person, PairRow.mentee == person))
    if state:
        rows = rows.where(PairRow.state == state)
    if cursor:
        rows = rows.where(PairRow.pair < decode_cursor(cursor, UUID)[0])
    found = list(await session.scalars(rows))
    items = await shown(session, found[:limit], clock.today())
    return Page(items=items, next=encode_cursor(items[-1].pair) if len(found) > limit else None)


@router.get("/pairs/{pair}")
async def read_pair(pair: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OnePair:
    """One pair."""
    return await one(session, caller, await pair_for(session, caller, pair), clock.today())


@router.post("/pairs/{pair}/closure")
async def close_pair(pair: UUID, body: Closure, session: SessionDep, caller: CallerDep, clock: ClockDep) -> OnePair:
    """End a pair. What is closed stays as it is; these two are not paired again."""
    row = await pair_for(session, caller, pair, to_close=True)
    await pairing.close(session, row, body.reason, caller.subject, clock)
    return await one(session, caller, row, clock.today())


async def shown(session: SessionDep, rows: Collection[PairRow], today: date) -> list[Pair]:
    """Pairs as everybody who may see them does."""
    said = await queries.clearances_of_pairs(session, rows)
    cleared = {offering: standing(clearances, today) for offering, clearances in said.items()}
    lapsed = await agreements.lapsed_pairs(session, rows, today)
    return [
        Pair(
            pair=row.pair, offering=row.offering, site=row.site, other_site=row.other_site,
            pair_kind=pairing.told(row).pair_kind, state="open" if row.state == "open" else "closed",
            frozen=row.state == "open"
            and (is_frozen(row.mentor, row.mentee, cleared[row.offering]) or row.pair in lapsed),
            members=members(row.mentor, row.mentee), matched_at=row.matched_at,
            started_on=row.started_on, hours_before=row.hours_before, closed_on=row.closed_on,
        )
        for row in rows
    ]  # fmt: skip


async def one(session: SessionDep, caller: Caller, row: PairRow, today: date) -> OnePair:
    """A pair as this caller may see it."""
    (pair,) = await shown(session, [row], today)
    notes = sees_private_notes(caller, row)
    return OnePair(
        **dict(pair),
        vouched_by=row.vouched_by if notes else None,
        closure_reason=row.closure_reason if notes else None,
    )
