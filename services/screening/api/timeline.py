"""What was done to a case, and how its checks changed meanwhile, for its screeners."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from services.screening.tables import Act, ActRow
from services.screening.visibility import case_for, sees_evidence
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden

router = APIRouter(route_class=TransactionRoute)


class ActShown(BaseModel):
    """Who did what and when. `asked-anew`: the checks that role or place added and removed after somebody's work."""

    model_config = ConfigDict(from_attributes=True)

    act: UUID
    kind: Act
    actor: str
    at: datetime
    added: list[Slug]
    removed: list[Slug]


@router.get("/cases/{clearance}/timeline")
async def timeline(
    clearance: UUID, session: SessionDep, caller: CallerDep, limit: PageSize = 50, cursor: Cursor = None
) -> Page[ActShown]:
    """What was done to a case, oldest first (trap 9); never what was found."""
    if not await sees_evidence(session, caller, await case_for(session, caller, clearance)):
        raise Forbidden("Who did what is for the screeners of the case.")
    statement = select(ActRow).where(ActRow.clearance == clearance)
    if cursor:
        statement = statement.where(ActRow.act > decode_cursor(cursor, UUID)[0])
    rows = (await session.scalars(statement.order_by(ActRow.act).limit(limit + 1))).all()
    following = encode_cursor(rows[limit - 1].act) if len(rows) > limit else None
    return Page(items=[ActShown.model_validate(row) for row in rows[:limit]], next=following)
