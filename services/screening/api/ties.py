"""Ties: who is close to whom. Whoever knows of one declares it; neither of the two decides about the other then."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.screening import conduct
from services.screening.fields import Body
from services.screening.tables import TieKind, TieRow
from services.screening.visibility import SCREENERS, actor
from shared.access import Caller, CallerDep, within
from shared.contracts import Contradiction, SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.merging import kept_ids
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewTie(Body):
    """Two people who are close. `site`: whose staff see it; one's own tie needs no grant but some part there."""

    person: UUID
    other: UUID
    kind: TieKind
    site: SitePath

    @model_validator(mode="after")
    def _two_people(self) -> Self:
        if self.person == self.other:
            raise ValueError("person and other are the same; a tie is between two people")
        return self


class TieShown(BaseModel):
    """A tie that was declared; it holds in both directions."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    other: UUID
    kind: TieKind
    site: SitePath
    at: datetime


@router.post("/ties", status_code=status.HTTP_201_CREATED, responses={200: {"model": TieShown}})
async def declare_tie(
    body: NewTie, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> TieShown:
    """Declare a tie of one's own, or as a screener one that is known. A tie stands once (trap 17)."""
    if caller.person in (body.person, body.other):
        _check_takes_part(caller, body.site)
    else:
        caller.require(*SCREENERS, site=body.site)
    kept = await kept_ids(session, (body.person, body.other))
    person, other = sorted((kept[body.person], kept[body.other]))
    if person == other:
        raise Contradiction("These are two records of one person; they were merged.")
    tie = body.model_dump() | {"person": person, "other": other, "declared_by": actor(caller), "at": clock.now()}
    stored = await session.scalar(insert(TieRow).values(tie).on_conflict_do_nothing().returning(TieRow.person))
    if stored is None:
        response.status_code = status.HTTP_200_OK
    await conduct.free_of_tied_handlers(session, person, other, clock.now())
    return TieShown.model_validate(await session.get_one(TieRow, (person, other)))


def _check_takes_part(caller: Caller, site: str) -> None:
    """Raise Forbidden for a place in which the caller has no part: only its staff see a tie, and take it back."""
    if not any(grant.covers(site) for grant in caller.grants):
        raise Forbidden("Declare a tie of yours at a place where you take part.")


@router.get("/ties")
async def ties(
    session: SessionDep, caller: CallerDep, person: Annotated[UUID | None, Query()] = None,
    limit: PageSize = 50, cursor: Cursor = None,
) -> Page[TieShown]:  # fmt: skip
    """One's own ties, and those that were declared at places where one screens."""
    mine = or_(TieRow.person == caller.person, TieRow.other == caller.person)
    rows = select(TieRow).where(or_(mine, within(TieRow.site, caller.sites(*SCREENERS))))
    if person:
        rows = rows.where(or_(TieRow.person == person, TieRow.other == person))
    if cursor:
        rows = rows.where(tuple_(TieRow.person, TieRow.other) > tuple_(*decode_cursor(cursor, UUID, UUID)))
    found = (await session.scalars(rows.order_by(TieRow.person, TieRow.other).limit(limit + 1))).all()
    following = encode_cursor(found[limit - 1].person, found[limit - 1].other) if len(found) > limit else None
    return Page(items=[TieShown.model_validate(row) for row in found[:limit]], next=following)


@router.delete("/ties/{person}/{other}", status_code=status.HTTP_204_NO_CONTENT)
async def take_back_tie(person: UUID, other: UUID, session: SessionDep, caller: CallerDep) -> None:
    """Take a tie back that was declared by mistake: an administrator who is neither of the two."""
    first, second = sorted((person, other))
    row = await session.get(TieRow, (first, second), with_for_update=True)
    if row is None or not (caller.person in (first, second) or caller.covers(*SCREENERS, site=row.site)):
        raise NotFound("There is no such tie, or none that you may see.")
    caller.require("administrator", site=row.site)
    if caller.person in (first, second):
        raise Contradiction("Nobody takes their own tie back; ask another administrator.")
    await session.delete(row)
