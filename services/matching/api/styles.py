"""How the two of a pair like to write and be written to (R2)."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import select

from services.matching.tables import ProfileRow
from services.matching.visibility import pair_for
from shared.access import CallerDep
from shared.contracts.profiles import Style
from shared.http import SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)


class MemberStyle(BaseModel):
    """One member's style; what they did not say is None."""

    person: UUID
    style: Style


class Styles(BaseModel):
    """Both members' styles."""

    items: list[MemberStyle]


@router.get("/pairs/{pair}/styles")
async def read_styles(pair: UUID, session: SessionDep, caller: CallerDep) -> Styles:
    """How the two like to write: for each other, and for those who see the pair; nothing once it is closed."""
    row = await pair_for(session, caller, pair)
    if row.state != "open":
        return Styles(items=[])
    people = row.mentor, row.mentee
    rows = await session.scalars(select(ProfileRow).where(ProfileRow.person.in_(people)))
    said = {row.person: row.style for row in rows}
    items = [MemberStyle(person=person, style=Style.model_validate(said.get(person) or {})) for person in people]
    return Styles(items=items)
