"""What is and is not possible for people, as rows (R19)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.tables import ConstraintsRow, PersonRow
from shared.contracts.intake import ConstraintsChanged
from shared.outbox import emit

CONSTRAINTS = ("safe_hours", "forbidden_channels", "may_know", "no_photos")
NONE: dict[str, Any] = {"safe_hours": None, "forbidden_channels": [], "may_know": None, "no_photos": False}
"""Nothing was said: everything goes."""


async def set_constraints(
    session: AsyncSession, holder: PersonRow, values: Mapping[str, Any], by: str, now: datetime
) -> tuple[ConstraintsRow | None, bool]:
    """Make a person's constraints what `values` say, and tell that they changed. Unnamed ones stay.

    Their row in `person` is locked already.
    """
    row = await session.get(ConstraintsRow, holder.person)
    before = {name: getattr(row, name) for name in values} if row else NONE
    if all(before[name] == value for name, value in values.items()):
        return row, False
    if row is None:
        row = ConstraintsRow(person=holder.person, version=0, **NONE)
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.changed_by, row.changed_at = row.version + 1, by, now
    await session.flush()
    await emit(session, told(row, holder.site), at=now)
    return row, True


async def to_constraints(
    session: AsyncSession, holder: PersonRow, given: Any, asked: Collection[str], by: str, now: datetime
) -> None:
    """What was answered in a form. What was not stays: somebody else may have set it meanwhile."""
    answered = {name: getattr(given, name) for name in CONSTRAINTS if name in asked}
    await set_constraints(
        session, holder, {name: value for name, value in answered.items() if value is not None}, by, now
    )


def told(row: ConstraintsRow, site: str) -> ConstraintsChanged:
    """What is told of a person's constraints: that they changed."""
    return ConstraintsChanged(person=row.person, site=site, constraints_version=row.version)


async def moved(session: AsyncSession, holder: PersonRow, now: datetime) -> None:
    """Tell where the person is now, where there are constraints."""
    if row := await session.get(ConstraintsRow, holder.person):
        await emit(session, told(row, holder.site), at=now)
