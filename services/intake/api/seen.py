"""What the answers of several nouns share."""

from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel

from services.intake.domain.places import covers
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


def existing(field: str, row: Row | None) -> Row:
    """A row that a field names. Raises Invalid where there is none."""
    if row is None:
        raise Invalid.field(field, "does not exist; add it first")
    return row


def is_staff_near(caller: Caller, site: str) -> bool:
    """Whether the caller is staff at a place, or above or below it."""
    return any(grant.role in STAFF and (grant.covers(site) or covers(site, grant.site)) for grant in caller.grants)
