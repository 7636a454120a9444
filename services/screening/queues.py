"""The queue of all that is to be done, read page by page: of each place its own first steps, by when they are due."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import CaseRow, StepRow

OPEN = StepRow.state != "done"
KEY = (StepRow.due_on, StepRow.clearance, StepRow.check_name)
SHOWN = (
    StepRow.clearance, StepRow.check_name, StepRow.site, StepRow.performer, StepRow.state, StepRow.taken_by,
    StepRow.due_on, StepRow.opened_at, CaseRow.role, CaseRow.kind, CaseRow.offering,
)  # fmt: skip


class Place(NamedTuple):
    """Where a page begins: after this step."""

    due_on: date
    clearance: UUID
    check: str


def _places_with_work() -> Any:
    """Every place that has open steps: one look into the index for each, however many steps there are."""
    found = select(func.min(StepRow.site).label("site")).where(OPEN).cte("found", recursive=True)
    following = select(func.min(StepRow.site)).where(OPEN, StepRow.site > found.c.site).scalar_subquery()
    found = found.union_all(select(following).where(found.c.site.is_not(None)))
    return select(found.c.site).where(found.c.site.is_not(None))


_PLACES = _places_with_work()


async def places_with_work(session: AsyncSession) -> Sequence[str]:
    """The places that have open steps."""
    return (await session.scalars(_PLACES)).all()


async def page_of_steps(
    session: AsyncSession, sites: Sequence[str], where: Sequence[ColumnElement[bool]], after: Place | None, limit: int
) -> Sequence[Any]:
    """Open steps at these places, as rows of `SHOWN` by due day, case and check.

    What is read of each place is in the index alone; the rows are fetched for the one page that is left of it.
    """
    wanted = [OPEN, *where]
    if after:
        wanted.append(tuple_(*KEY) > tuple_(*(literal(part) for part in after)))
    place = select(func.unnest(bindparam("sites", list(sites), ARRAY(Text))).label("site")).subquery("place")
    first = select(*KEY).where(StepRow.site == place.c.site, *wanted).order_by(*KEY).limit(limit).lateral("first")
    keys = [first.c[each.name] for each in KEY]
    page = select(*keys).select_from(place.join(first, true())).order_by(*keys).limit(limit).subquery("page")
    rows = (
        select(*SHOWN)
        .join(page, (StepRow.clearance == page.c.clearance) & (StepRow.check_name == page.c.check_name))
        .join(CaseRow, CaseRow.clearance == StepRow.clearance)
    )
    return (await session.execute(rows.order_by(*KEY))).all()
