"""What the answers of several nouns share."""

from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.places import covers
from services.intake.tables import PlaceRow
from shared.access import Caller, Role
from shared.problems import Invalid, NotFound

Row = TypeVar("Row")
View = TypeVar("View", bound=BaseModel)

STAFF: tuple[Role, ...] = ("coordinator", "administrator", "screener")
DryRun = Annotated[bool, Query(description="Answer what would change, and change nothing.")]


class Changed(BaseModel):
    """Whether a PUT changed anything."""

    changed: bool


def found(view: type[View], row: Any, noun: str) -> View:
    """A row as its view. Raises NotFound where there is none that the caller may know of."""
    if row is None:
        raise NotFound(f"There is no such {noun}, or none that you may see.")
    return view.model_validate(row, from_attributes=True)


async def standing(session: AsyncSession, site: str, *where: ColumnElement[bool], lock: bool = False) -> None:
    """Raise NotFound unless there is such a place; `lock` holds its row until the commit."""
    rows = select(PlaceRow.site).where(PlaceRow.site == site, *where)
    if await session.scalar(rows.with_for_update(key_share=True) if lock else rows) is None:
        raise NotFound("There is no such place, or none that you may see.")


def existing(field: str, row: Row | None) -> Row:
    """A row that a field names. Raises Invalid where there is none."""
    if row is None:
        raise Invalid.field(field, "does not exist; add it first")
    return row


def is_staff_near(caller: Caller, site: str) -> bool:
    """Whether the caller is staff at a place, or above or below it."""
    return any(grant.role in STAFF and (grant.covers(site) or covers(site, grant.site)) for grant in caller.grants)
